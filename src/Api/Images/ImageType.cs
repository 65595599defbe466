using System.Buffers.Binary;

namespace AutoencoderApi.Api.Images;

/// <summary>What a file's first bytes say, read before any decoder sees it.</summary>
internal static class ImageType
{
    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    private static ReadOnlySpan<byte> Jpeg => [0xff, 0xd8, 0xff];

    public static bool IsSupported(ReadOnlySpan<byte> data) => IsPng(data) || data.StartsWith(Jpeg);

    public static bool IsPng(ReadOnlySpan<byte> data) => data.StartsWith(Png);

    /// <summary>
    /// Width and height from a PNG's first chunk: Skia calls a PNG beyond a million pixels a side merely damaged. Null for
    /// anything else.
    /// </summary>
    public static (int Width, int Height)? PngSize(ReadOnlySpan<byte> data) =>
        IsPng(data) && data.Length >= 24 && data[12..].StartsWith("IHDR"u8)
            ? (BinaryPrimitives.ReadInt32BigEndian(data[16..]), BinaryPrimitives.ReadInt32BigEndian(data[20..]))
            : null;
}
