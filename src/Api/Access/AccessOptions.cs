using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Api.Access;

/// <summary>Who is let in.</summary>
internal sealed partial class AccessOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <summary>The known keys. Without any, and without a file of them, only callers on this machine are let in.</summary>
    public KeyOptions[] Keys { get; set; } = [];

    /// <summary>A JSON file of further keys, which is read again when it changes.</summary>
    public string? KeysFile { get; set; }

    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Prefix are believed.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Web origins (<c>https://example.org</c>) whose pages may call this service from a browser.</summary>
    public string[] CorsOrigins { get; set; } = [];

    /// <summary>Whether callers need a key; a file stands for keys also while it has none.</summary>
    public bool AreKeysConfigured => Keys.Length > 0 || KeysFile is not null;

    public KeysFile? File => KeysFile is null ? null : new(KeysFile, $"{Section}:{nameof(KeysFile)} '{KeysFile}'");

    /// <summary>The keys that do not come from the file.</summary>
    public KeyList Settings => new($"{Section}:{nameof(Keys)}", i => $"{Section}:{nameof(Keys)}:{i}", Keys);

    public IEnumerable<IPNetwork> TrustedNetworks => TrustedProxies.Select(proxy => NetworkOf(proxy)!.Value);

    /// <summary>Everything wrong with the values.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (string violation in Settings.Violations().Concat(FileViolations()))
        {
            yield return new(violation);
        }

        foreach (string proxy in TrustedProxies.Where(proxy => NetworkOf(proxy) is null))
        {
            yield return new($"Access:TrustedProxies: '{proxy}' is neither an address nor a network such as 10.0.0.0/8.");
        }

        foreach (string origin in CorsOrigins.Where(origin => !IsOrigin(origin)))
        {
            yield return new($"Access:CorsOrigins: '{origin}' is not an origin such as https://example.org.");
        }
    }

    private IEnumerable<string> FileViolations()
    {
        if (KeysFile is null)
        {
            return [];
        }

        if (KeysFile.Length == 0)
        {
            return [$"{Section}:{nameof(KeysFile)} is empty; set it to the path of a file of keys, or not at all."];
        }

        string? fault = null;
        return File!.Read(out fault) is { } content && File.Parse(content, Settings, out fault) is not null ? [] : [fault!];
    }

    private static IPNetwork? NetworkOf(string proxy) =>
        IPAddress.TryParse(proxy, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(proxy, out IPNetwork network) ? network
        : null;

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority) == origin;

    [GeneratedRegex(@"^[0-9a-fA-F]{64}\z")]
    private static partial Regex HashPattern();

    internal sealed class KeyOptions
    {
        /// <summary>SHA-256 of the key, in hexadecimal.</summary>
        public string? Hash { get; set; }

        public Role? Role { get; set; }

        /// <summary>What the key is called in the dashboard's and the queue's accounts; by default a part of its hash.</summary>
        public string? Name { get; set; }

        public bool IsComplete => Hash is not null && HashPattern().IsMatch(Hash) && Role is not null;

        /// <summary>The owner of what the key makes, by which limits are counted. Only of a complete key.</summary>
        public string Id => Name ?? $"key-{Hash![..8].ToLowerInvariant()}";
    }
}
