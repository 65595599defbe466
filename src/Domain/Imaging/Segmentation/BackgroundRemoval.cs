namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>
/// Takes the ground (paper under uneven light, a board, a screen) off a page with dark ink. The ground is estimated by a grey closing at
/// full detail: it leaves every edge of light and shadow where it is, and fills what is narrower than its window.
/// </summary>
internal static class BackgroundRemoval
{
    // Below this the camera's noise would be divided up to look like ink.
    private const int DarkestGround = 48;

    private const int NoiseMargin = 3; // standard deviations

    /// <summary>Where the ground has one level.</summary>
    public static Foreground Remove(GrayImage page, int ground)
    {
        byte[] contrasts = new byte[256], contrast = new byte[page.Pixels.Length], depth = new byte[page.Pixels.Length];
        for (int level = 0; level < ground; level++)
        {
            contrasts[level] = Contrast(ground - level, ground);
        }

        for (int i = 0; i < contrast.Length; i++)
        {
            byte level = page.Pixels[i];
            (contrast[i], depth[i]) = (contrasts[level], (byte)Math.Max(0, ground - level));
        }

        return new Foreground(new(page.Width, page.Height, contrast), depth, ground, Noise: 0);
    }

    /// <param name="smooth">The page as <see cref="Smooth"/> has it.</param>
    /// <param name="radius">Of the closing's window: strokes are narrower than twice that.</param>
    public static Foreground Remove(GrayImage page, GrayImage smooth, int radius)
    {
        GrayImage ground = Morphology.Close(smooth, radius);
        int[] counts = new int[256];
        for (int i = 0; i < page.Pixels.Length; i++)
        {
            counts[Math.Max(0, ground.Pixels[i] - page.Pixels[i])]++;
        }

        // Ink is the few pixels that lie far below; half of the others lie below their median, which the closing raised above 0.
        int median = GrayHistogram.Percentile(counts, 0.5), noise = Math.Max(1, median - GrayHistogram.Percentile(counts, 0.16));
        int floor = median + (NoiseMargin * noise);
        byte[] contrast = new byte[page.Pixels.Length], depth = new byte[page.Pixels.Length];
        for (int i = 0; i < contrast.Length; i++)
        {
            int difference = ground.Pixels[i] - page.Pixels[i] - floor;
            if (difference > 0)
            {
                (contrast[i], depth[i]) = (Contrast(difference, ground.Pixels[i] - floor), (byte)difference);
            }
        }

        return new Foreground(
            new(page.Width, page.Height, contrast),
            depth,
            GrayHistogram.Percentile(GrayHistogram.Of(ground.Pixels), 0.5),
            noise);
    }

    /// <summary>The page after a binomial filter of 3×3, its border as it was.</summary>
    public static GrayImage Smooth(GrayImage page)
    {
        (int width, byte[] smooth) = (page.Width, [.. page.Pixels]);
        for (int y = 1; y < page.Height - 1; y++)
        {
            ReadOnlySpan<byte> above = Row(y - 1), here = Row(y), below = Row(y + 1);
            for (int x = 1; x < width - 1; x++)
            {
                int corners = above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1];
                int sides = above[x] + below[x] + here[x - 1] + here[x + 1];
                smooth[(y * width) + x] = (byte)((corners + (2 * sides) + (4 * here[x]) + 8) >> 4);
            }
        }

        return new GrayImage(width, page.Height, smooth);

        ReadOnlySpan<byte> Row(int y) => page.Pixels.AsSpan(y * width, width);
    }

    private static byte Contrast(int difference, int ground) => (byte)Math.Min(255, difference * 255 / Math.Max(ground, DarkestGround));
}
