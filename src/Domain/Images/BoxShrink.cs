namespace AutoencoderApi.Domain.Images;

/// <summary>Shrinks by a whole factor, each new pixel the mean of a square of old ones; fast enough for 24 megapixels.</summary>
internal static class BoxShrink
{
    public static GrayPicture ToFit(GrayPicture picture, int maxSide)
    {
        int factor = (Math.Max(picture.Width, picture.Height) + maxSide - 1) / maxSide;
        return factor == 1 ? picture : By(picture, factor);
    }

    /// <summary>Squares cut off by the right or lower edge are the mean of what is left of them.</summary>
    public static GrayPicture By(GrayPicture picture, int factor)
    {
        int width = (picture.Width + factor - 1) / factor;
        int height = (picture.Height + factor - 1) / factor;
        byte[] pixels = new byte[width * height];
        int[] sums = new int[width];
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sums);
            int rows = Math.Min(factor, picture.Height - y * factor);
            for (int row = y * factor; row < y * factor + rows; row++)
            {
                AddRow(picture.Pixels.AsSpan(row * picture.Width, picture.Width), factor, sums);
            }

            for (int x = 0; x < width; x++)
            {
                int count = rows * Math.Min(factor, picture.Width - x * factor);
                pixels[y * width + x] = (byte)((sums[x] + count / 2) / count);
            }
        }

        return new GrayPicture(width, height, pixels);
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
