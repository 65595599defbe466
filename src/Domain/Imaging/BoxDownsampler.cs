namespace AutoencoderApi.Domain.Imaging;

/// <summary>Shrinks by a whole factor, each new pixel the mean of a square of old ones; fast enough for 24 megapixels.</summary>
internal static class BoxDownsampler
{
    public static GrayImage ToFit(GrayImage image, int maxSide)
    {
        int factor = (Math.Max(image.Width, image.Height) + maxSide - 1) / maxSide;
        return factor == 1 ? image : By(image, factor);
    }

    /// <summary>Squares cut off by the right or lower edge are the mean of what is left of them.</summary>
    public static GrayImage By(GrayImage image, int factor)
    {
        int width = (image.Width + factor - 1) / factor;
        int height = (image.Height + factor - 1) / factor;
        byte[] pixels = new byte[width * height];
        int[] sums = new int[width];
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sums);
            int rows = Math.Min(factor, image.Height - y * factor);
            for (int row = y * factor; row < y * factor + rows; row++)
            {
                AddRow(image.Pixels.AsSpan(row * image.Width, image.Width), factor, sums);
            }

            for (int x = 0; x < width; x++)
            {
                int count = rows * Math.Min(factor, image.Width - x * factor);
                pixels[y * width + x] = (byte)((sums[x] + count / 2) / count);
            }
        }

        return new GrayImage(width, height, pixels);
    }

    private static void AddRow(ReadOnlySpan<byte> row, int factor, int[] sums)
    {
        for (int x = 0; x < sums.Length; x++)
        {
            int start = x * factor;
            int sum = 0;
            foreach (byte value in row[start..Math.Min(start + factor, row.Length)])
            {
                sum += value;
            }

            sums[x] += sum;
        }
    }
}
