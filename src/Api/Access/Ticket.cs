using System.Buffers.Text;
using System.Security.Cryptography;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// A secret of 256 random bits that stands for a key in the address of an event stream or a picture, where a browser cannot send a header.
/// </summary>
internal static class Ticket
{
    private const string Prefix = "aet_"; // so that scanners for leaked secrets can know one
    private const int Bytes = 32;

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Whether the text can be a ticket at all, so that the store need not be asked.</summary>
    public static bool IsWellFormed(string presented) =>
        presented.StartsWith(Prefix, StringComparison.Ordinal)
        && Base64Url.IsValid(presented.AsSpan(Prefix.Length), out int length)
        && length == Bytes;
}
