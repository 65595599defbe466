using System.Numerics;

namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>Grey morphology with square windows; beyond the border there is nothing.</summary>
internal static class Morphology
{
    /// <summary>The image without dark structures that are narrower than the window.</summary>
    public static GrayImage Close(GrayImage image, int radius)
    {
        GrayImage closed = Copy(image);
        Dilate(closed, radius);
        Erode(closed, radius);
        return closed;
    }

    /// <summary>The image without light structures that are narrower than the window.</summary>
    public static GrayImage Open(GrayImage image, int radius)
    {
        GrayImage opened = Copy(image);
        Erode(opened, radius);
        Dilate(opened, radius);
        return opened;
    }

    /// <summary>Replaces each pixel by the largest in its window, in place.</summary>
    public static void Dilate(GrayImage image, int radius) => ReplaceByExtreme(image, radius, largest: true);

    /// <summary>Replaces each pixel by the smallest in its window, in place.</summary>
    public static void Erode(GrayImage image, int radius) => ReplaceByExtreme(image, radius, largest: false);

    private static GrayImage Copy(GrayImage image) => new(image.Width, image.Height, [.. image.Pixels]);

    /// <summary>Each pixel replaced by the largest or smallest in the square window around it.</summary>
    private static void ReplaceByExtreme(GrayImage image, int radius, bool largest)
    {
        int window = 2 * radius + 1;
        GrayImage padded = Padding.Add(image, radius, largest ? byte.MinValue : byte.MaxValue);
        SlideWindow(padded.Pixels, window, stride: 1, largest);
        SlideWindow(padded.Pixels, window, padded.Width, largest);
        for (int y = 0; y < image.Height; y++)
        {
            padded.Pixels.AsSpan(y * padded.Width, image.Width).CopyTo(image.Pixels.AsSpan(y * image.Width));
        }
    }

    /// <summary>
    /// Gives each pixel the extreme of the window that begins with it: by joining two windows, a window of twice as many pixels;
    /// last, by joining two that overlap, one of any number. Where a window leaves its row lies the padding's end, which nobody reads.
    /// </summary>
    private static void SlideWindow(Span<byte> pixels, int window, int stride, bool largest)
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
