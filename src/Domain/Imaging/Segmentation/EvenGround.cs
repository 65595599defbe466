namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>The ground of a drawing or a screenshot: one level, and next to nothing between it and the ink.</summary>
/// <param name="Level">Of the ground.</param>
/// <param name="IsInkDark">Whether the ink is darker.</param>
internal readonly record struct EvenGround(int Level, bool IsInkDark)
{
    // The ground's level holds at least this fraction of the pixels.
    private const double Fraction = 0.4;

    // Fractions of the range: between them lie the edges of ink, and light, shadow and ruling, which a drawing does not have.
    private const double Faint = 0.1;
    private const double Full = 0.65;
    private const double MostFaint = 0.5; // pixels for each of full ink

    /// <summary>Null where the ground is uneven.</summary>
    public static EvenGround? Of(GrayImage image)
    {
        int[] counts = GrayHistogram.Of(image.Pixels);
        int level = Array.IndexOf(counts, counts.Max());
        return counts[level] >= Fraction * image.Pixels.Length && IsDrawing(counts, level)
            ? new EvenGround(level, IsMassBelow(counts, level))
            : null;
    }

    private static bool IsDrawing(int[] counts, int ground)
    {
        int range = Math.Max(ground, 255 - ground);
        (int faint, int full) = (0, 0);
        for (int level = 0; level < counts.Length; level++)
        {
            int difference = Math.Abs(level - ground);
            faint += difference > Faint * range && difference < Full * range ? counts[level] : 0;
            full += difference >= Full * range ? counts[level] : 0;
        }

        return full > 0 && faint <= MostFaint * full;
    }

    /// <summary>Whether what differs from the ground is darker, counted by its squared difference.</summary>
    private static bool IsMassBelow(int[] counts, int ground)
    {
        double balance = 0;
        for (int level = 0; level < counts.Length; level++)
        {
            balance += (level < ground ? 1.0 : -1) * counts[level] * (level - ground) * (level - ground);
        }

        return balance >= 0;
    }
}
