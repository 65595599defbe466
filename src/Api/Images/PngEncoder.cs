using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Images;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>Figures as PNG: 8-bit greyscale or 24-bit colour, without loss.</summary>
public static class PngEncoder
{
    // Small tiles gain little from deflate's slow levels, and 4 is zlib's first with lazy matching.
    private static readonly SKPngEncoderOptions Options = new(SKPngEncoderFilterFlags.NoFilters, 4);

    public static byte[] Encode(GrayPicture picture) => EncodeGray(picture.Width, picture.Height, picture.Pixels);

    public static byte[] Encode(Canvas canvas) => canvas.Channels == 1
        ? EncodeGray(canvas.Width, canvas.Height, canvas.Pixels)
        : Encode(new SKImageInfo(canvas.Width, canvas.Height, SKColorType.Rgb888x, SKAlphaType.Opaque), Padded(canvas.Pixels));

    private static byte[] EncodeGray(int width, int height, byte[] pixels) =>
        Encode(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), pixels);

    private static byte[] Encode(SKImageInfo info, byte[] pixels)
    {
        GCHandle pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            using var pixmap = new SKPixmap(info, pin.AddrOfPinnedObject());
            using SKData png = pixmap.Encode(Options) ?? throw new InvalidOperationException("Skia did not encode the picture.");
            return png.ToArray();
        }
        finally
        {
            pin.Free();
        }
    }

    /// <summary>Skia's opaque colour format has a fourth byte that nobody reads.</summary>
    private static byte[] Padded(byte[] rgb)
    {
        byte[] padded = new byte[rgb.Length / 3 * 4];
        for (int i = 0; i < rgb.Length / 3; i++)
        {
            rgb.AsSpan(3 * i, 3).CopyTo(padded.AsSpan(4 * i));
        }

        return padded;
    }
}
