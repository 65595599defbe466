using System.Numerics;

namespace AutoencoderApi.Domain.Images;

/// <summary>Tells ink from noise, specks and the remains of shadows.</summary>
internal static class Ink
{
    // A tenth of full contrast: paler marks than these are folds and shadows.
    private const int FaintestInk = 26;

    // Of noise alone, Otsu's threshold makes two classes that lie three to four deviations apart.
    private const double NoiseMargin = 5;

    // Weak ink counts only where strong ink is joined to it.
    private const double WeakPart = 0.6;

    /// <summary>The picture's ink (0..255, soft edges kept) with everything else black, or null where there is no ink.</summary>
    public static byte[]? Find(byte[] contrast, int width, int height)
    {
        int[] counts = GrayHistogram.Of(contrast);
        int threshold = GrayHistogram.Otsu(counts);
        int noise = NoiseLevel(counts.AsSpan(0, threshold + 1));
        int full = GrayHistogram.Percentile(UpperClass(counts, threshold), 0.75);
        if (full - noise < Math.Max(FaintestInk, NoiseMargin * Grain(contrast, width, height)))
        {
            return null;
        }

        int weak = Math.Max(noise, (int)(noise + (threshold - noise) * WeakPart));
        byte[]? kept = InkParts.Keep(contrast, width, height, weak, strong: threshold);
        return kept is null ? null : Soften(contrast, kept, width, height, noise, full);
    }

    /// <summary>The background's median and three of its deviations, from the side on which no ink can be.</summary>
    private static int NoiseLevel(ReadOnlySpan<int> background)
    {
        int median = GrayHistogram.Percentile(background, 0.5);
        return median + 3 * (median - GrayHistogram.Percentile(background, 0.16));
    }

    /// <summary>
    /// The camera's noise as a deviation: neighbours differ by 0.95 of it in the median, whatever is drawn, and by a
    /// quarter less where half of them are cut off at 0. A small picture is more edges than areas, and so tells nothing.
    /// </summary>
    private static double Grain(byte[] contrast, int width, int height)
    {
        if (Math.Max(width, height) <= InkParts.PhotoSide)
        {
            return 0;
        }

        byte[] differences = new byte[contrast.Length - 1];
        int i = 0;
        for (; i + Vector<byte>.Count <= differences.Length; i += Vector<byte>.Count)
        {
            (var here, var next) = (new Vector<byte>(contrast, i), new Vector<byte>(contrast, i + 1));
            (Vector.Max(here, next) - Vector.Min(here, next)).CopyTo(differences, i);
        }

        for (; i < differences.Length; i++)
        {
            differences[i] = (byte)Math.Abs(contrast[i + 1] - contrast[i]);
        }

        return GrayHistogram.Percentile(GrayHistogram.Of(differences), 0.5) / 0.95 / 0.75;
    }

    private static int[] UpperClass(int[] counts, int threshold)
    {
        int[] upper = [.. counts];
        Array.Clear(upper, 0, threshold + 1);
        return upper;
    }

    /// <summary>Stretches noise..full to 0..255 within two hundredths of the picture around kept ink: there lie its soft edges.</summary>
    private static byte[] Soften(byte[] contrast, byte[] kept, int width, int height, int noise, int full)
    {
        Span<byte> levels = stackalloc byte[256];
        for (int level = 0; level < levels.Length; level++)
        {
            levels[level] = (byte)Math.Clamp((level - noise) * 255 / (full - noise), 0, 255);
        }

        Extremes.Spread(new GrayPicture(width, height, kept), 1 + Math.Max(width, height) / 200, largest: true);
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] &= levels[contrast[i]];
        }

        return kept;
    }
}
