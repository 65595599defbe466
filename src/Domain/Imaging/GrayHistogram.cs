namespace AutoencoderApi.Domain.Imaging;

internal static class GrayHistogram
{
    public static int[] Of(ReadOnlySpan<byte> pixels)
    {
        // Neighbours are often alike, and to count up one number again and again is to wait for it each time: they take turns in four.
        int[] counts = new int[256];
        Span<int> second = stackalloc int[256];
        Span<int> third = stackalloc int[256];
        Span<int> fourth = stackalloc int[256];
        second.Clear();
        third.Clear();
        fourth.Clear();
        int i = 0;
        for (; i + 3 < pixels.Length; i += 4)
        {
            counts[pixels[i]]++;
            second[pixels[i + 1]]++;
            third[pixels[i + 2]]++;
            fourth[pixels[i + 3]]++;
        }

        for (; i < pixels.Length; i++)
        {
            counts[pixels[i]]++;
        }

        for (int level = 0; level < counts.Length; level++)
        {
            counts[level] += second[level] + third[level] + fourth[level];
        }

        return counts;
    }

    /// <summary>Adds few pixels to counts.</summary>
    public static void Count(ReadOnlySpan<byte> pixels, Span<int> counts)
    {
        foreach (byte pixel in pixels)
        {
            counts[pixel]++;
        }
    }

    public static int Sum(ReadOnlySpan<int> counts)
    {
        int sum = 0;
        foreach (int count in counts)
        {
            sum += count;
        }

        return sum;
    }

    /// <summary>
    /// The one level that holds nearly a third of all pixels, as the ground of a drawing does and unevenly lit paper does not;
    /// else null.
    /// </summary>
    public static int? Dominant(ReadOnlySpan<int> counts)
    {
        int level = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            level = counts[i] > counts[level] ? i : level;
        }

        return counts[level] >= 0.3 * Sum(counts) ? level : null;
    }

    /// <summary>The lowest level with at least <paramref name="part"/> of the pixels at or below it.</summary>
    public static int Percentile(ReadOnlySpan<int> counts, double part)
    {
        int total = Sum(counts);
        long seen = 0;
        for (int level = 0; level < counts.Length; level++)
        {
            seen += counts[level];
            if (seen > 0 && seen >= part * total)
            {
                return level;
            }
        }

        return 0;
    }

    /// <summary>The level that parts the two classes best: pixels above it are the upper class (Otsu, 1979).</summary>
    public static int Otsu(ReadOnlySpan<int> counts)
    {
        (double total, double moment) = (0, 0);
        for (int level = 0; level < counts.Length; level++)
        {
            total += counts[level];
            moment += (double)level * counts[level];
        }

        (double below, double belowMoment, double best, int threshold) = (0, 0, 0, 0);
        for (int level = 0; level < counts.Length - 1; level++)
        {
            if (counts[level] == 0)
            {
                continue;
            }

            below += counts[level];
            belowMoment += (double)level * counts[level];
            double above = total - below;
            double apart = above == 0 ? 0 : belowMoment / below - (moment - belowMoment) / above;
            double between = below * above * apart * apart;
            if (between > best)
            {
                (best, threshold) = (between, level);
            }
        }

        return threshold;
    }
}
