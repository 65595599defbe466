using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>A decoded bitmap's pixels as grey, on black where they are transparent.</summary>
internal static class GrayPixels
{
    /// <returns>One byte a pixel, and whether every pixel was opaque and grey already.</returns>
    public static (byte[] Pixels, bool WasGray) Of(SKBitmap bitmap, bool isGray)
    {
        byte[] pixels = new byte[bitmap.Width * bitmap.Height];
        bool wasGray = true;
        ReadOnlySpan<byte> data = bitmap.GetPixelSpan();
        for (int y = 0; y < bitmap.Height; y++)
        {
            ReadOnlySpan<byte> row = data[(y * bitmap.RowBytes)..];
            Span<byte> target = pixels.AsSpan(y * bitmap.Width, bitmap.Width);
            if (isGray)
            {
                row[..target.Length].CopyTo(target);
            }
            else
            {
                wasGray &= ToGray(row, target);
            }
        }

        return (pixels, wasGray);
    }

    /// <summary>Luma by Rec. 601 in 16-bit fixed point; the weights sum to 65,536, so equal channels keep their value.</summary>
    private static bool ToGray(ReadOnlySpan<byte> rgba, Span<byte> gray)
    {
        bool wasGray = true;
        for (int x = 0; x < gray.Length; x++)
        {
            (int red, int green, int blue, int alpha) = (rgba[4 * x], rgba[4 * x + 1], rgba[4 * x + 2], rgba[4 * x + 3]);
            wasGray &= red == green && green == blue && alpha == 255;
            int luma = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
            gray[x] = (byte)((luma * alpha + 127) / 255);
        }

        return wasGray;
    }
}
