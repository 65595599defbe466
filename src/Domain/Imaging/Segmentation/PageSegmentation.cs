namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>What was found on a page.</summary>
/// <param name="Foreground">The contrast in which the digits were found, without ruled lines.</param>
/// <param name="Digits">The most digit-like first; none where there is no digit.</param>
/// <param name="IsInkDark">Whether the ink is darker than its ground.</param>
internal sealed record PageSegmentation(Foreground Foreground, IReadOnlyList<DigitCandidate> Digits, bool IsInkDark)
{
    // Of the closings that estimate the ground, as fractions of the longer side: what is narrower counts as ink. Shadows are seldom
    // narrower than the first, and the strokes of a digit that fills a page are narrower than the last.
    private static readonly double[] s_windows = [0.025, 0.05, 0.1, 0.25];

    // A wider window has found more of the digit, rather than a shadow beside it, where what it finds is that much more and as strong.
    private const double More = 1.2;
    private const double AsStrong = 0.85;

    /// <param name="image">Grey, or where <paramref name="isInk"/>, how much ink each pixel has.</param>
    public static PageSegmentation Of(GrayImage image, bool isInk)
    {
        EvenGround? even = isInk ? new EvenGround(0, IsInkDark: false) : EvenGround.Of(image);
        bool isInkDark = even?.IsInkDark ?? PolarityDetector.IsInkDark(image);
        GrayImage page = isInkDark ? image : image.Negative();
        if (even is { Level: var level })
        {
            return Find(BackgroundRemoval.Remove(page, isInkDark ? level : 255 - level), page, isInkDark);
        }

        GrayImage smooth = BackgroundRemoval.Smooth(page);
        int side = Math.Max(page.Width, page.Height);
        return s_windows.Select(window => Math.Max(2, (int)(window * side / 2))).Distinct()
            .Select(radius => Find(BackgroundRemoval.Remove(page, smooth, radius), page, isInkDark))
            .Aggregate((best, next) => next.IsBetterThan(best) ? next : best);
    }

    private static PageSegmentation Find(Foreground foreground, GrayImage page, bool isInkDark)
    {
        (GrayImage contrast, int widestLine) = LineRemoval.Remove(foreground.Contrast);
        Foreground unruled = foreground with { Contrast = contrast };
        return new PageSegmentation(
            unruled,
            DigitFinder.Find(unruled, widestLine == 0 ? page : Unruled(page, foreground, contrast), widestLine),
            isInkDark);
    }

    /// <summary>The page with its ground in place of its lines.</summary>
    private static GrayImage Unruled(GrayImage page, Foreground foreground, GrayImage contrast)
    {
        byte[] pixels = [.. page.Pixels];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] += contrast.Pixels[i] == 0 ? foreground.Depth[i] : (byte)0;
        }

        return new GrayImage(page.Width, page.Height, pixels);
    }

    private bool IsBetterThan(PageSegmentation other) => (Digits, other.Digits) switch
    {
        (_, []) => true,
        ([], _) => false,
        ([var mine, ..], [var theirs, ..]) => mine.Score > More * theirs.Score && mine.Level >= AsStrong * theirs.Level,
    };
}
