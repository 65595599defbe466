using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>A decoded bitmap's red, green and blue, on black where it is transparent.</summary>
internal static class ColorPlanes
{
    /// <returns>Three times one byte a pixel; the same three of a grey bitmap.</returns>
    public static byte[][] Of(SKBitmap bitmap, bool isGray)
    {
        if (isGray)
        {
            (byte[] gray, _) = GrayPixels.Of(bitmap, isGray);
            return [gray, gray, gray];
        }

        byte[][] planes = [.. Enumerable.Range(0, 3).Select(_ => new byte[bitmap.Width * bitmap.Height])];
        for (int channel = 0; channel < planes.Length; channel++)
        {
            Copy(bitmap, channel, planes[channel]);
        }

        return planes;
    }

    /// <param name="bitmap">Of red, green, blue and alpha.</param>
    /// <param name="channel">0 for red, 1 for green, 2 for blue.</param>
    /// <param name="plane">One byte a pixel.</param>
    public static void Copy(SKBitmap bitmap, int channel, Span<byte> plane)
    {
        ReadOnlySpan<byte> data = bitmap.GetPixelSpan();
        for (int y = 0; y < bitmap.Height; y++)
        {
            ReadOnlySpan<byte> row = data[(y * bitmap.RowBytes)..];
            Span<byte> target = plane.Slice(y * bitmap.Width, bitmap.Width);
            for (int x = 0; x < target.Length; x++)
            {
                target[x] = (byte)(((row[(4 * x) + channel] * row[(4 * x) + 3]) + 127) / 255);
            }
        }
    }
}
