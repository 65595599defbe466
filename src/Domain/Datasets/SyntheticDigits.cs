using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>
/// Digits drawn with a pen from a seed, framed as MNIST's are: no file and no network is needed. Each image is a
/// function of the seed and its index alone.
/// </summary>
public static class SyntheticDigits
{
    public const string Name = "synthetic-digits";

    /// <summary>Images in the validation split, unless another number is asked for.</summary>
    public const int ValidationCount = 2_000;

    /// <summary>Images in the test split, unless another number is asked for.</summary>
    public const int TestCount = 2_000;

    private const int PixelCount = PenCanvas.Side * PenCanvas.Side;
    private const double Box = 20; // the ink's longer side, in pixels
    private const int SamplesPerCurve = 6;
    private const int Train = 20_000;
    private const ulong Seed = 1;

    /// <summary>What <see cref="Create"/> makes where nothing else is asked for. No image is rendered.</summary>
    public static DatasetInfo Describe()
    {
        byte[] labels = new byte[Train + ValidationCount + TestCount];
        for (int index = 0; index < labels.Length; index++)
        {
            var random = SplitMix64.ForStream(Seed, (ulong)index);
            labels[index] = Label(ref random);
        }

        return new DatasetInfo(new(1, PenCanvas.Side, PenCanvas.Side), Train, ValidationCount, TestCount, labels);
    }

    public static Dataset Create(int train = Train, int validation = ValidationCount, int test = TestCount, ulong seed = Seed)
    {
        byte[] pixels = new byte[(train + validation + test) * PixelCount];
        byte[] labels = new byte[train + validation + test];
        Parallel.For(
            0,
            labels.Length,
            ComputeTaskScheduler.Options(Environment.ProcessorCount),
            index => labels[index] = Render(seed, (ulong)index, pixels.AsSpan(index * PixelCount, PixelCount)));
        DatasetSplit all = new DatasetSplit(new(1, PenCanvas.Side, PenCanvas.Side), pixels, labels);
        return new Dataset(Name, all.Slice(0, train), all.Slice(train, validation), all.Slice(train + validation, test));
    }

    /// <summary>Renders one digit into <paramref name="pixels"/>, 784 bytes.</summary>
    /// <returns>Its class, 0..9.</returns>
    public static byte Render(ulong seed, ulong index, Span<byte> pixels)
    {
        var random = SplitMix64.ForStream(seed, index);
        byte label = Label(ref random);
        PenPoint[][][] variants = DigitGlyphs.Variants[label];
        PenPoint[][] strokes = Distort(variants[random.NextBelow(variants.Length)], ref random);
        double radius = Math.Clamp(1.2 + (0.3 * random.NextNormal()), 0.75, 2);
        strokes = Fit([.. strokes.Select(Smooth)], radius);

        pixels.Clear();
        var canvas = new PenCanvas(pixels);
        foreach (PenPoint[] stroke in strokes)
        {
            for (int i = 1; i < stroke.Length; i++)
            {
                canvas.Line(stroke[i - 1], stroke[i], radius);
            }
        }

        canvas.Centre();
        return label;
    }

    /// <summary>The class of the digit, which its random numbers begin with.</summary>
    private static byte Label(ref SplitMix64 random) => (byte)random.NextBelow(DigitGlyphs.Variants.Length);

    /// <summary>One hand's version of a glyph: each point a little off, the whole narrower or wider, slanted, turned.</summary>
    private static PenPoint[][] Distort(PenPoint[][] strokes, ref SplitMix64 random)
    {
        double width = 0.68 * Math.Exp(0.18 * random.NextNormal());
        double slant = 0.12 + (0.2 * random.NextNormal());
        double angle = 0.08 * random.NextNormal();
        double sine = Math.Sin(angle), cosine = Math.Cos(angle);
        const double Jitter = 0.035;
        var distorted = new Dictionary<PenPoint, PenPoint>(); // strokes that meet go on meeting
        foreach (PenPoint point in strokes.SelectMany(stroke => stroke))
        {
            if (!distorted.ContainsKey(point))
            {
                double y = point.Y - 0.5 + (Jitter * random.NextNormal());
                double x = (width * (point.X - 0.5)) + (Jitter * random.NextNormal()) - (slant * y);
                distorted[point] = ((x * cosine) - (y * sine), (x * sine) + (y * cosine));
            }
        }

        return [.. strokes.Select(stroke => stroke.Select(point => distorted[point]).ToArray())];
    }

    /// <summary>The Catmull-Rom curve through the points, as a polyline; a stroke of two points stays straight.</summary>
    private static PenPoint[] Smooth(PenPoint[] points)
    {
        if (points.Length == 2)
        {
            return points;
        }

        var curve = new List<PenPoint> { points[0] };
        for (int i = 0; i < points.Length - 1; i++)
        {
            PenPoint a = points[Math.Max(i - 1, 0)], b = points[i], c = points[i + 1], d = points[Math.Min(i + 2, points.Length - 1)];
            for (int sample = 1; sample <= SamplesPerCurve; sample++)
            {
                double t = (double)sample / SamplesPerCurve;
                curve.Add((Spline(a.X, b.X, c.X, d.X, t), Spline(a.Y, b.Y, c.Y, d.Y, t)));
            }
        }

        return [.. curve];
    }

    private static double Spline(double a, double b, double c, double d, double t) =>
        b + (0.5 * t * (c - a + (t * ((2 * a) - (5 * b) + (4 * c) - d + (t * ((3 * (b - c)) + d - a))))));

    /// <summary>
    /// Scales the strokes so that the ink's box, pen included, is 20 pixels on its longer side, in the middle of the
    /// sheet.
    /// </summary>
    private static PenPoint[][] Fit(PenPoint[][] strokes, double radius)
    {
        (double left, double top) = (
            strokes.Min(stroke => stroke.Min(point => point.X)),
            strokes.Min(stroke => stroke.Min(point => point.Y)));
        (double right, double bottom) = (
            strokes.Max(stroke => stroke.Max(point => point.X)),
            strokes.Max(stroke => stroke.Max(point => point.Y)));
        double scale = (Box - (2 * radius)) / Math.Max(right - left, bottom - top);
        const double Middle = PenCanvas.Side / 2.0;
        return
        [
            .. strokes.Select(stroke =>
                stroke
                    .Select(point => new PenPoint(
                        Middle + (scale * (point.X - ((left + right) / 2))),
                        Middle + (scale * (point.Y - ((top + bottom) / 2)))))
                    .ToArray()),
        ];
    }
}
