using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// A secret of 256 random bits, of which the service keeps only the SHA-256. A slow, salted password hash would add nothing:
/// it makes guessing dearer, and nobody guesses one of 2^256 equally likely keys.
/// </summary>
internal static class ApiKey
{
    private const string Prefix = "aek_"; // so that scanners for leaked secrets can know one
    private const int Bytes = 32;

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What the configuration holds: 64 lower-case hexadecimal digits.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(Hash(key));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Takes as long for a key that is nearly right as for one that is wholly wrong.</summary>
    public static bool Matches(ReadOnlySpan<byte> hashOfPresented, ReadOnlySpan<byte> hashOfKnown) =>
        CryptographicOperations.FixedTimeEquals(hashOfPresented, hashOfKnown);
}
