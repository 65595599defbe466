namespace AutoencoderApi.Domain.Images;

/// <summary>Each pixel replaced by the largest or smallest in a square window around it (dilation and erosion), in place.</summary>
internal static class Extremes
{
    public static void Spread(GrayPicture picture, int radius, bool largest)
    {
        // The smallest of x is 255 less the largest of 255 - x, so one direction is enough.
        byte flip = largest ? (byte)0 : (byte)255;
        byte[] line = new byte[Math.Max(picture.Width, picture.Height)];
        int[] queue = new int[line.Length];
        for (int y = 0; y < picture.Height; y++)
        {
            SpreadLine(picture.Pixels.AsSpan(y * picture.Width), 1, line.AsSpan(0, picture.Width), queue, radius, flip);
        }

        for (int x = 0; x < picture.Width; x++)
        {
            SpreadLine(picture.Pixels.AsSpan(x), picture.Width, line.AsSpan(0, picture.Height), queue, radius, flip);
        }
    }

    /// <summary>A queue of falling values keeps the window's largest at its head (Lemire, "Streaming maximum-minimum filter", 2006).</summary>
    private static void SpreadLine(Span<byte> pixels, int stride, Span<byte> line, int[] queue, int radius, byte flip)
    {
        for (int i = 0; i < line.Length; i++)
        {
            line[i] = (byte)(pixels[i * stride] ^ flip);
        }

        (int head, int tail) = (0, 0);
        for (int i = 0; i < line.Length + radius; i++)
        {
            if (i < line.Length)
            {
                while (tail > head && line[queue[tail - 1]] <= line[i])
                {
                    tail--;
                }

                queue[tail++] = i;
            }

            if (i < radius)
            {
                continue;
            }

            if (queue[head] < i - 2 * radius)
            {
                head++;
            }

            pixels[(i - radius) * stride] = (byte)(line[queue[head]] ^ flip);
        }
    }
}
