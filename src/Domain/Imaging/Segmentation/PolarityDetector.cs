namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>
/// Whether ink is darker than its ground. Ink is narrow, and differs from the level of the ground at large; what light does to a page is
/// wide, and the inside of a loop is narrow but of the ground's level.
/// </summary>
internal static class PolarityDetector
{
    // Detail of strokes is enough to tell dark from light.
    private const int GridSide = 256;

    // Half widths of windows in pixels of the grid; the last is wider than a stroke can be.
    private static readonly int[] s_radii = [2, 4, 8, 16, 26];

    // The ground is estimated on a grid of this many cells along the longer side, each the median of a window of cells around it.
    private const int Cells = 16;
    private const int WindowRadius = 4;

    public static bool IsInkDark(GrayImage image)
    {
        GrayImage grid = BoxDownsampler.ToFit(image, GridSide);
        int cell = Math.Max(1, (Math.Max(grid.Width, grid.Height) + Cells - 1) / Cells);
        GrayImage cells = BoxDownsampler.By(grid, cell), medians = Medians(cells);
        byte[] ground = new byte[grid.Pixels.Length];
        for (int y = 0; y < grid.Height; y++)
        {
            for (int x = 0; x < grid.Width; x++)
            {
                ground[(y * grid.Width) + x] = medians.Pixels[(y / cell * medians.Width) + (x / cell)];
            }
        }

        double balance = 0;
        foreach (int radius in s_radii.Select(radius => Math.Max(1, radius * Math.Max(grid.Width, grid.Height) / GridSide)).Distinct())
        {
            balance += (double)Balance(grid, ground, radius) / (radius * radius);
        }

        return balance >= 0;
    }

    /// <summary>
    /// The squared differences of what is narrower than a window, on the far side of the ground: of dark less those of
    /// light.
    /// </summary>
    private static long Balance(GrayImage grid, byte[] ground, int radius)
    {
        byte[] closed = Morphology.Close(grid, radius).Pixels, opened = Morphology.Open(grid, radius).Pixels;
        long balance = 0;
        for (int i = 0; i < ground.Length; i++)
        {
            int level = grid.Pixels[i], around = ground[i];
            long below = Math.Min(closed[i] - level, around - level), above = Math.Min(level - opened[i], level - around);
            balance += below > 0 ? below * below : 0;
            balance -= above > 0 ? above * above : 0;
        }

        return balance;
    }

    private static GrayImage Medians(GrayImage cells)
    {
        byte[] medians = new byte[cells.Pixels.Length];
        int[] counts = new int[256];
        for (int y = 0; y < cells.Height; y++)
        {
            for (int x = 0; x < cells.Width; x++)
            {
                Array.Clear(counts);
                for (int row = Math.Max(0, y - WindowRadius); row <= Math.Min(cells.Height - 1, y + WindowRadius); row++)
                {
                    for (int column = Math.Max(0, x - WindowRadius); column <= Math.Min(cells.Width - 1, x + WindowRadius); column++)
                    {
                        counts[cells.Pixels[(row * cells.Width) + column]]++;
                    }
                }

                medians[(y * cells.Width) + x] = (byte)GrayHistogram.Percentile(counts, 0.5);
            }
        }

        return new GrayImage(cells.Width, cells.Height, medians);
    }
}
