namespace AutoencoderApi.Domain.Images;

/// <summary>Whether the ink is darker than what it stands on, told from the picture's border.</summary>
internal static class Border
{
    // How much of the picture's range an even border may spread over.
    private const double EvenSpread = 0.25;

    public static bool IsLight(GrayPicture picture, int[] counts)
    {
        int[] border = Ring(picture);
        int low = GrayHistogram.Percentile(counts, 0.01);
        int high = GrayHistogram.Percentile(counts, 0.99);
        int spread = GrayHistogram.Percentile(border, 0.9) - GrayHistogram.Percentile(border, 0.1);
        int? ground = spread <= EvenSpread * (high - low) ? GrayHistogram.Percentile(border, 0.5) : GrayHistogram.Dominant(counts);
        return ground is null ? LeansDark(picture) : 2 * ground > low + high;
    }

    private static int[] Ring(GrayPicture picture)
    {
        (int width, int height) = (picture.Width, picture.Height);
        int[] counts = new int[256];
        for (int x = 0; x < width; x++)
        {
            counts[picture.Pixels[x]]++;
            counts[picture.Pixels[(height - 1) * width + x]]++;
        }

        for (int y = 1; y < height - 1; y++)
        {
            counts[picture.Pixels[y * width]]++;
            counts[picture.Pixels[(y + 1) * width - 1]]++;
        }

        return counts;
    }

    /// <summary>
    /// An uneven border says little (a shadow, or ink that touches it). Then ink is what stands out from its
    /// surroundings more strongly and more seldom: the sign of the third moment of pixel less local mean.
    /// </summary>
    private static bool LeansDark(GrayPicture picture)
    {
        GrayPicture grid = BoxShrink.ToFit(picture, 64);
        int cell = Math.Max(1, Math.Max(grid.Width, grid.Height) / 4);
        GrayPicture around = BoxShrink.By(grid, cell);
        long third = 0;
        for (int i = 0; i < grid.Pixels.Length; i++)
        {
            long difference = grid.Pixels[i] - around.Pixels[i / grid.Width / cell * around.Width + i % grid.Width / cell];
            third += difference * difference * difference;
        }

        return third < 0;
    }
}
