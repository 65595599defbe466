namespace AutoencoderApi.Domain.Imaging;

/// <summary>What an image that is transparent in places shows: ink where its alpha is, or a piece of paper.</summary>
public static class Transparency
{
    // Levels within which the visible pixels are of one colour.
    private const int OneColor = 48;

    // Of the box around the visible pixels: paper fills more of it, strokes in several colours fill less.
    private const double PaperFraction = 0.6;

    // A colour whose strongest channel is below the first would not show on black; one whose channels differ by no more than the second is
    // grey.
    private const int Dark = 128;
    private const int Gray = 16;

    /// <summary>
    /// Ink of one colour, and strokes of any, are their alpha. A piece of paper lies on more of the same paper, so that its outline is no
    /// ink.
    /// </summary>
    /// <param name="gray">The levels of the pixels, whatever their alpha.</param>
    /// <param name="alpha">0 = transparent, 255 = opaque; of the same size.</param>
    /// <returns>The image, and whether it is the alpha: ink, 0 = none, 255 = full.</returns>
    public static (GrayImage Image, bool IsInk) Flatten(GrayImage gray, GrayImage alpha)
    {
        if (VisibleFrom(alpha) is not { } visible)
        {
            return (gray, false);
        }

        int[] levels = Visible(gray, alpha, visible);
        PixelBox? box = PixelBox.Around(alpha, visible);
        if (IsOne(levels) || box is not { } around || GrayHistogram.Sum(levels) < PaperFraction * around.Width * around.Height)
        {
            return (alpha, true);
        }

        int paper = GrayHistogram.Percentile(levels, 0.5);
        return (Lay(gray, alpha, paper), false);
    }

    /// <summary>
    /// Ink of one colour that would not show on black, a grey or a dark one, is its alpha in all channels; all else lies on
    /// black.
    /// </summary>
    /// <param name="channels">Red, green and blue, whatever their alpha.</param>
    /// <param name="alpha">0 = transparent, 255 = opaque; of the same size.</param>
    public static IReadOnlyList<GrayImage> OnBlack(IReadOnlyList<GrayImage> channels, GrayImage alpha)
    {
        if (VisibleFrom(alpha) is { } visible)
        {
            int[][] levels = [.. channels.Select(channel => Visible(channel, alpha, visible))];
            int[] color = [.. levels.Select(counts => GrayHistogram.Percentile(counts, 0.5))];
            if (levels.All(IsOne) && (color.Max() < Dark || color.Max() - color.Min() <= Gray))
            {
                return [.. channels.Select(_ => alpha)];
            }
        }

        return [.. channels.Select(channel => Lay(channel, alpha, 0))];
    }

    /// <summary>The alpha from which pixels are seen, half of the strongest; null where all are.</summary>
    private static byte? VisibleFrom(GrayImage alpha)
    {
        byte visible = (byte)Math.Max(1, (alpha.Pixels.Max() + 1) / 2);
        return alpha.Pixels.AsSpan().ContainsAnyInRange((byte)0, (byte)(visible - 1)) ? visible : null;
    }

    private static int[] Visible(GrayImage channel, GrayImage alpha, byte visible)
    {
        int[] levels = new int[256];
        for (int i = 0; i < alpha.Pixels.Length; i++)
        {
            levels[channel.Pixels[i]] += alpha.Pixels[i] >= visible ? 1 : 0;
        }

        return levels;
    }

    private static bool IsOne(int[] levels) => GrayHistogram.Percentile(levels, 0.98) - GrayHistogram.Percentile(levels, 0.02) <= OneColor;

    private static GrayImage Lay(GrayImage channel, GrayImage alpha, int ground)
    {
        byte[] laid = new byte[channel.Pixels.Length];
        for (int i = 0; i < laid.Length; i++)
        {
            laid[i] = (byte)(((channel.Pixels[i] * alpha.Pixels[i]) + (ground * (255 - alpha.Pixels[i])) + 127) / 255);
        }

        return new GrayImage(channel.Width, channel.Height, laid);
    }
}
