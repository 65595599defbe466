namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>Tells the ink of a digit from specks and junk in a contrast image, and one digit from several.</summary>
internal static class DigitFinder
{
    // A tenth of full contrast: paler marks are folds and what is left of shadows.
    private const int FaintestInk = 26;

    // Of full ink: a component needs a pixel above the first, and holds those above the second.
    private const double StrongPart = 0.55;
    private const double WeakPart = 0.35;

    // Of full ink: strokes of the same ink have at least that; a shadow beside them has less.
    private const double SameInk = 0.65;

    // Of the largest digit's height: a second digit has at least that, and is at least half of that apart.
    private const double SecondHeight = 0.25;

    // Of the largest digit's full ink: paler marks beside a digit are no second one.
    private const double SecondLevel = 0.6;

    // A component near a digit is a stroke of it if it has this fraction of the largest one's area; less is a speck.
    private const double SpeckFraction = 0.02;

    private const int MostCandidates = 12;

    /// <param name="page">With dark ink, and without ruled lines.</param>
    /// <param name="gap">Pixels of the lines that were taken out of the contrast: strokes may be apart by as many.</param>
    public static IReadOnlyList<DigitCandidate> Find(Foreground foreground, GrayImage page, int gap)
    {
        GrayImage contrast = foreground.Contrast;
        int side = Math.Max(contrast.Width, contrast.Height), full = FullInk(contrast);
        Component[] strokes = Strokes(contrast, full);
        if (strokes.Length == 0)
        {
            return [];
        }

        int reach = Math.Max((gap + 1) / 2, (int)Math.Ceiling(SecondHeight / 4 * strokes.MaxBy(stroke => stroke.Mass)!.Box.Height));
        IEnumerable<DigitCandidate> candidates = ComponentGroups.Of(strokes, reach, contrast.Width, contrast.Height)
            .OrderByDescending(group => group.Sum(stroke => stroke.Mass)).Take(MostCandidates)
            .Select(group => DigitCandidate.Describe(group, foreground, page)).Where(candidate => candidate.IsDigit(side));
        DigitCandidate[] digits = [.. candidates.OrderByDescending(candidate => candidate.Score)];
        return [.. digits.Where((digit, i) => i == 0 || IsSecond(digit, digits[0]))];
    }

    private static bool IsSecond(DigitCandidate digit, DigitCandidate largest) =>
        digit.Box.Height >= SecondHeight * largest.Box.Height && digit.Level >= SecondLevel * largest.Level;

    /// <summary>The contrast of full ink: the upper quartile of the levels of the heaviest component.</summary>
    private static int FullInk(GrayImage contrast)
    {
        if (ConnectedComponents.Find(contrast, FaintestInk).MaxBy(component => component.Mass) is not { } heaviest)
        {
            return 0;
        }

        return Level(heaviest, contrast);
    }

    private static int Level(Component component, GrayImage contrast)
    {
        int[] counts = new int[256];
        foreach (Run run in component.Runs)
        {
            GrayHistogram.Count(contrast.Pixels.AsSpan((run.Row * contrast.Width) + run.Left, run.Length), counts);
        }

        return GrayHistogram.Percentile(counts, 0.75);
    }

    private static Component[] Strokes(GrayImage contrast, int full)
    {
        (int weak, int strong) = ((int)Math.Max(FaintestInk / 2, WeakPart * full), (int)Math.Max(FaintestInk, StrongPart * full));
        Component[] ink = [.. ConnectedComponents.Find(contrast, weak).Where(component => component.Strongest > strong)];
        int largest = ink.Select(component => component.Area).DefaultIfEmpty().Max();
        return [.. ink.Where(component => component.Area >= SpeckFraction * largest && Level(component, contrast) >= SameInk * full)];
    }
}
