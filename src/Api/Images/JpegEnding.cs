using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>
/// Whether a JPEG that may have been cut off holds all of its pixels. A decoder makes up those that are missing, and says so to nobody:
/// so the file is decoded with two different continuations, and what they change was not in it.
/// </summary>
internal static class JpegEnding
{
    private const int PadBytes = 256;
    private const int SectorBytes = 512;
    private const int LargestCompared = 4_000_000; // pixels; of a larger image an eighth a side is compared

    private static ReadOnlySpan<byte> EndOfImage => [0xff, 0xd9];

    private static ReadOnlySpan<byte> StartOfScan => [0xff, 0xda];

    /// <summary>Whether an end marker follows the last scan.</summary>
    public static bool HasEnd(ReadOnlySpan<byte> jpeg) => jpeg.LastIndexOf(EndOfImage) > jpeg.LastIndexOf(StartOfScan);

    /// <summary>The file with an end marker in place of what follows its last one, or at its end where it has none.</summary>
    public static byte[] Ended(ReadOnlySpan<byte> jpeg) => [.. Body(jpeg), .. EndOfImage];

    public static bool IsComplete(ReadOnlySpan<byte> jpeg)
    {
        byte[]? pixels = null;
        foreach (byte pad in (byte[])[0x00, 0x55, 0xb4])
        {
            byte[] continued = [.. Body(jpeg), .. pad == 0 ? [] : Enumerable.Repeat(pad, PadBytes), .. EndOfImage];
            if (Pixels(continued) is not { } decoded || (pixels is not null && !decoded.AsSpan().SequenceEqual(pixels)))
            {
                return false;
            }

            pixels = decoded;
        }

        return true;
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> jpeg)
    {
        if (HasEnd(jpeg))
        {
            return jpeg[..jpeg.LastIndexOf(EndOfImage)];
        }

        // A file that was never filled to its end has sectors of zeros there; a few zeros may be pixels.
        ReadOnlySpan<byte> body = jpeg.TrimEnd((byte)0);
        body = jpeg.Length - body.Length < SectorBytes ? jpeg : body;
        return body is [.., 0xff] ? body[..^1] : body; // half of a marker
    }

    private static byte[]? Pixels(byte[] jpeg)
    {
        using SKData data = SKData.CreateCopy(jpeg);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
        {
            return null;
        }

        SKSizeI size = codec.GetScaledDimensions((long)codec.Info.Width * codec.Info.Height > LargestCompared ? 1 / 8f : 1);
        using var bitmap = new SKBitmap();
        return bitmap.TryAllocPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            && codec.GetPixels(bitmap.Info, bitmap.GetPixels()) == SKCodecResult.Success
            ? bitmap.GetPixelSpan().ToArray()
            : null;
    }
}
