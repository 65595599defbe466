using System.Numerics;

namespace AutoencoderApi.Domain.Images;

/// <summary>Each pixel replaced by the largest or smallest in a square window around it (dilation and erosion), in place.</summary>
internal static class Extremes
{
    public static void Spread(GrayPicture picture, int radius, bool largest)
    {
        int window = 2 * radius + 1;
        GrayPicture padded = Margin.Add(picture, radius, largest ? byte.MinValue : byte.MaxValue);
        Widen(padded.Pixels, window, stride: 1, largest);
        Widen(padded.Pixels, window, padded.Width, largest);
        for (int y = 0; y < picture.Height; y++)
        {
            padded.Pixels.AsSpan(y * padded.Width, picture.Width).CopyTo(picture.Pixels.AsSpan(y * picture.Width));
        }
    }

    /// <summary>
    /// Gives each pixel the extreme of the window that begins with it: by joining two windows, a window of twice as many pixels;
    /// last, by joining two that overlap, one of any number. Where a window leaves its row lies the padding's end, which nobody reads.
    /// </summary>
    private static void Widen(Span<byte> pixels, int window, int stride, bool largest)
    {
        int reach = 1;
        for (; 2 * reach <= window; reach *= 2)
        {
            Join(pixels, reach * stride, largest);
        }

        Join(pixels, (window - reach) * stride, largest);
    }

    private static void Join(Span<byte> pixels, int ahead, bool largest)
    {
        int i = 0;
        for (; i + ahead + Vector<byte>.Count <= pixels.Length; i += Vector<byte>.Count)
        {
            var here = new Vector<byte>(pixels[i..]);
            var there = new Vector<byte>(pixels[(i + ahead)..]);
            (largest ? Vector.Max(here, there) : Vector.Min(here, there)).CopyTo(pixels[i..]);
        }

        for (; i + ahead < pixels.Length; i++)
        {
            pixels[i] = largest ? Math.Max(pixels[i], pixels[i + ahead]) : Math.Min(pixels[i], pixels[i + ahead]);
        }
    }
}
