namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>Components that may be a digit, and what tells one from a shadow, a stain or what is left of a line.</summary>
internal sealed record DigitCandidate
{
    // A shadow's residue ends where the window of its estimate did, without an edge; the contour of ink is one.
    private const double Sharp = 0.8;

    // A digit is strokes: its longer side in widths of the thickest one. Stains and shadows are as broad as they are long.
    private const double Slim = 2.4;

    // Of the longer side of the image: what reaches from border to border is at least as long. And the darkest that a shadow can be.
    private const double CutLength = 0.3;
    private const int DarkestShadow = 165;

    // Of the longer side of the image: what is smaller is a speck; and of its width, what is flatter is left of a line.
    private const double SmallestHeight = 0.03;
    private const double Flattest = 0.25;

    // What is straight and upright, in widths of its stroke, and as pale, is left of a line too.
    private const int Straight = 3;
    private const int PalestStraight = 64;

    private DigitCandidate(IReadOnlyList<Component> components, PixelBox box)
    {
        (Components, Box, Mass) = (components, box, components.Sum(component => component.Mass));
    }

    public IReadOnlyList<Component> Components { get; }

    public PixelBox Box { get; }

    /// <summary>The sum of its levels.</summary>
    public long Mass { get; }

    /// <summary>Its full ink: the upper quartile of its levels.</summary>
    public int Level { get; private init; }

    /// <summary>The fraction of its contour at which the image has an edge.</summary>
    public double Sharpness { get; private init; }

    /// <summary>The width of its thickest stroke in pixels.</summary>
    public int Thickness { get; private init; }

    /// <summary>Whether it comes in from one border and goes out by another, and is no darker than a shadow.</summary>
    public bool IsCut { get; private init; }

    public int Area => Components.Sum(component => component.Area);

    public double Score => Mass * Math.Pow(Sharpness, 4);

    /// <param name="foreground">The components are of its contrast.</param>
    /// <param name="page">With dark ink, and without ruled lines.</param>
    public static DigitCandidate Describe(IReadOnlyList<Component> components, Foreground foreground, GrayImage page)
    {
        (int width, int height) = (foreground.Contrast.Width, foreground.Contrast.Height);
        PixelBox box = components.Select(component => component.Box).Aggregate((all, next) => all.With(next));
        Run[] runs = [.. components.SelectMany(component => component.Runs)];
        int[] levels = new int[256], depths = new int[256];
        foreach (Run run in runs)
        {
            GrayHistogram.Count(foreground.Contrast.Pixels.AsSpan((run.Row * width) + run.Left, run.Length), levels);
            GrayHistogram.Count(foreground.Depth.AsSpan((run.Row * width) + run.Left, run.Length), depths);
        }

        var shape = new DigitShape(box, runs);
        int thickness = shape.Thickness();
        int level = GrayHistogram.Percentile(levels, 0.75), rise = GrayHistogram.Percentile(depths, 0.6) / 2;
        int[] contacts = [runs.Count(run => run.Left == 0), runs.Count(run => run.End == width), LengthIn(0), LengthIn(height - 1)];
        return new DigitCandidate(components, box)
        {
            Level = level,
            Thickness = thickness,
            Sharpness = shape.Sharpness(page, rise),
            IsCut =
                contacts.Count(contact => contact >= 0.75 * thickness) > 1
                && box.LongerSide >= CutLength * Math.Max(width, height)
                && level < DarkestShadow,
        };

        int LengthIn(int row) => runs.Where(run => run.Row == row).Sum(run => run.Length);
    }

    /// <param name="side">The longer side of the image.</param>
    public bool IsDigit(int side) =>
        Sharpness >= Sharp
        && Box.LongerSide >= Slim * Thickness
        && !IsCut
        && Box.Height >= SmallestHeight * side
        && Box.Height >= Flattest * Box.Width
        && (Box.Width > Straight * Thickness || Level >= PalestStraight);

    /// <summary>Its ink with soft edges: full ink is 255, and all that is not its own is 0.</summary>
    public GrayImage Ink(GrayImage contrast)
    {
        GrayImage ink = new GrayImage(contrast.Width, contrast.Height, new byte[contrast.Pixels.Length]);
        foreach (Run run in Components.SelectMany(component => component.Runs))
        {
            ink.Pixels.AsSpan((run.Row * contrast.Width) + run.Left, run.Length).Fill(byte.MaxValue);
        }

        Morphology.Dilate(ink, 1 + (Math.Max(contrast.Width, contrast.Height) / 200));
        for (int i = 0; i < ink.Pixels.Length; i++)
        {
            ink.Pixels[i] &= (byte)Math.Min(255, contrast.Pixels[i] * 255 / Level);
        }

        return ink;
    }
}
