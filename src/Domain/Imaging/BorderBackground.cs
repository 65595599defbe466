using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Imaging;

/// <summary>The ground of a small image, read from the ring of its border pixels.</summary>
internal static class BorderBackground
{
    private const int Middle = 128;

    // Ink that touches the border is the darkest of it, and takes less.
    private const double Inked = 0.25;

    /// <param name="pixels">[height, width]</param>
    public static Background Of(ReadOnlySpan<byte> pixels, int width, int height) =>
        GrayHistogram.Percentile(Ring(pixels, width, height), 0.5) >= Middle ? Background.Light : Background.Dark;

    /// <summary>
    /// The image with light ink on dark in place of dark on light. White becomes black exactly; grey paper becomes black too, and its noise
    /// above the level that most of the border has.
    /// </summary>
    public static GrayImage Invert(GrayImage image)
    {
        int paper = Math.Max(1, GrayHistogram.Percentile(Ring(image.Pixels, image.Width, image.Height), Inked));
        return new GrayImage(
            image.Width,
            image.Height,
            Array.ConvertAll(image.Pixels, level => (byte)(Math.Max(0, paper - level) * 255 / paper)));
    }

    private static int[] Ring(ReadOnlySpan<byte> pixels, int width, int height)
    {
        int[] counts = new int[256];
        for (int x = 0; x < width; x++)
        {
            counts[pixels[x]]++;
            counts[pixels[((height - 1) * width) + x]]++;
        }

        for (int y = 1; y < height - 1; y++)
        {
            counts[pixels[y * width]]++;
            counts[pixels[((y + 1) * width) - 1]]++;
        }

        return counts;
    }
}
