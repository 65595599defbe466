using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Access;

/// <summary>Who is let in.</summary>
internal sealed partial class AccessOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <summary>The known keys. Without any, only callers on this machine are let in.</summary>
    public KeyOptions[] Keys { get; set; } = [];

    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Prefix are believed.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Web origins (<c>https://example.org</c>) whose pages may call this service from a browser.</summary>
    public string[] CorsOrigins { get; set; } = [];

    public IEnumerable<IPNetwork> TrustedNetworks => TrustedProxies.Select(proxy => NetworkOf(proxy)!.Value);

    /// <summary>
    /// Everything wrong with the values: a key that is half configured must not leave a service open, or shut, in
    /// silence.
    /// </summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (int i = 0; i < Keys.Length; i++)
        {
            if (!Keys[i].IsComplete)
            {
                yield return new(
                    $"Access:Keys:{i} must have a Hash of 64 hexadecimal digits and a Role, reader, operator or admin. 'keys create' "
                    + $"prints both."
                );
            }

            if (Keys[i].Name is { } name && !TrainingSettingsValidator.IsName(name))
            {
                yield return new($"Access:Keys:{i}:Name {TrainingSettingsValidator.NameRule}");
            }

            if (Keys[i].Name is { } reserved && ClaimsPrincipalExtensions.Reserved.Contains(reserved))
            {
                yield return new($"Access:Keys:{i}:Name: '{reserved}' is a name that the service uses itself; choose another one.");
            }
        }

        KeyOptions[] complete = [.. Keys.Where(key => key.IsComplete)];
        if (Twice(complete.Select(key => key.Hash!.ToUpperInvariant())) is not null)
        {
            yield return new("Access:Keys has the same Hash twice.");
        }
        else if (Twice(complete.Select(key => key.Id)) is { } id)
        {
            yield return new($"Access:Keys has two keys called '{id}', which would share their limits; give each a Name of its own.");
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

    private static string? Twice(IEnumerable<string> values) =>
        values.GroupBy(value => value).FirstOrDefault(same => same.Count() > 1)?.Key;

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
