using AutoencoderApi.Api.Startup;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Access;

/// <param name="Id">What the service calls the key: its name, or the beginning of its hash.</param>
/// <param name="Hash">SHA-256 of the key, in lower-case hexadecimal.</param>
/// <param name="Revoked">Cancelled when the key is known no longer; what it has open then ends.</param>
internal sealed record KnownKey(string Id, Role Role, string Hash, CancellationToken Revoked = default);

/// <summary>The configured keys, those of the keys file, or the one that was made for this run.</summary>
internal sealed class ApiKeyStore
{
    private const string OfThisRun = "run-key";

    private readonly (byte[] Hash, KnownKey Key)[] _ofSettings;
    private Dictionary<string, (KnownKey Key, CancellationTokenSource Revocation)> _ofFile = [];
    private volatile (byte[] Hash, KnownKey Key)[] _keys;

    public ApiKeyStore(IOptions<AccessOptions> options)
    {
        AccessOptions access = options.Value;
        AreConfigured = access.AreKeysConfigured;
        _keys = _ofSettings = [.. access.Keys.Select(key => Known(Convert.FromHexString(key.Hash!), key.Id, key.Role!.Value))];
        if (access.File is { } file)
        {
            string? fault = null;
            ReplaceThoseOfFile(
                file.Read(out fault) is { } content && file.Parse(content, access.Settings, out fault) is { } keys
                    ? keys
                    : throw new StartException(fault!)); // it has changed since the settings were checked
        }
    }

    public bool AreConfigured { get; }

    public bool Any => AreConfigured || _keys.Length > 0;

    /// <summary>Makes an admin's key that is known until the process ends, and stands nowhere but in what is returned.</summary>
    public string AddOfThisRun()
    {
        string key = ApiKey.Create();
        _keys = [.. _keys, Known(ApiKey.Hash(key), OfThisRun, Role.Admin)];
        return key;
    }

    /// <summary>Makes these the keys of the file. One that is not as it was loses its rights at once, and what it has open.</summary>
    public void ReplaceThoseOfFile(IEnumerable<AccessOptions.KeyOptions> keys)
    {
        Dictionary<string, (KnownKey Key, CancellationTokenSource Revocation)> before = _ofFile;
        _ofFile = keys.Select(key => OfFile(key, before)).ToDictionary(known => known.Key.Hash);
        _keys = [.. _ofSettings, .. _ofFile.Values.Select(known => (Convert.FromHexString(known.Key.Hash), known.Key))];
        foreach ((KnownKey key, CancellationTokenSource revocation) in before.Values)
        {
            if (_ofFile.GetValueOrDefault(key.Hash).Key != key)
            {
                revocation.Cancel();
                revocation.Dispose();
            }
        }
    }

    /// <summary>
    /// The key as it was presented, or null. Every known key is compared, so that the time tells nothing of which one it
    /// was.
    /// </summary>
    public KnownKey? Find(string presented)
    {
        byte[] hash = ApiKey.Hash(presented);
        KnownKey? found = null;
        foreach ((byte[] known, KnownKey key) in _keys)
        {
            found = ApiKey.Matches(hash, known) ? key : found;
        }

        return found;
    }

    /// <summary>The known key of that hash, in lower-case hexadecimal; null where there is none any more.</summary>
    public KnownKey? FindByHash(string hash) => _keys.FirstOrDefault(known => known.Key.Hash == hash).Key;

    private static (KnownKey Key, CancellationTokenSource Revocation) OfFile(
        AccessOptions.KeyOptions key, Dictionary<string, (KnownKey Key, CancellationTokenSource Revocation)> before)
    {
        string hash = key.Hash!.ToLowerInvariant();
        if (before.TryGetValue(hash, out var same) && same.Key.Id == key.Id && same.Key.Role == key.Role)
        {
            return same;
        }

        var revocation = new CancellationTokenSource();
        return (new KnownKey(key.Id, key.Role!.Value, hash, revocation.Token), revocation);
    }

    private static (byte[] Hash, KnownKey Key) Known(byte[] hash, string id, Role role) =>
        (hash, new KnownKey(id, role, Convert.ToHexStringLower(hash)));
}
