using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Access;

/// <param name="Id">What the service calls the key: its name, or the beginning of its hash.</param>
/// <param name="Hash">SHA-256 of the key, in lower-case hexadecimal.</param>
internal sealed record KnownKey(string Id, Role Role, string Hash);

/// <summary>The configured keys, or the one that was made for this run.</summary>
internal sealed class ApiKeyStore(IOptions<AccessOptions> options)
{
    private const string OfThisRun = "run-key";

    private volatile (byte[] Hash, KnownKey Key)[] _keys =
        [.. options.Value.Keys.Select(key => Known(Convert.FromHexString(key.Hash!), key.Id, key.Role!.Value))];

    public bool AreConfigured { get; } = options.Value.Keys.Length > 0;

    public bool Any => _keys.Length > 0;

    /// <summary>Makes an admin's key that is known until the process ends, and stands nowhere but in what is returned.</summary>
    public string AddOfThisRun()
    {
        string key = ApiKey.Create();
        _keys = [.. _keys, Known(ApiKey.Hash(key), OfThisRun, Role.Admin)];
        return key;
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

    private static (byte[] Hash, KnownKey Key) Known(byte[] hash, string id, Role role) =>
        (hash, new KnownKey(id, role, Convert.ToHexStringLower(hash)));
}
