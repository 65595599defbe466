using ScottPlot;

namespace AutoencoderApi.Api.Images;

/// <summary>One point of a training run's loss; validation is measured only now and then.</summary>
public readonly record struct LossPoint(int Step, double? Train, double? Validation);

/// <summary>The loss against the step on a logarithmic scale, as PNG.</summary>
public static class LossPlot
{
    /// <summary>Held while a plot is rendered and encoded, for each of its pixels.</summary>
    public const int BytesPerPixel = 5;

    // SkiaSharp's build without dependencies finds no installed fonts, and would render no text at all.
    private const string FontName = "DejaVu Sans";
    private static readonly Color TrainColor = Color.FromHex("#1f77b4");
    private static readonly Color ValidationColor = Color.FromHex("#d95f02");

    static LossPlot()
    {
        Fonts.AddFontFile(FontName, Path.Combine(AppContext.BaseDirectory, "Images", "Fonts", "DejaVuSans.ttf"));
        Fonts.Default = FontName;
    }

    /// <summary>Has a plot's texts drawn.</summary>
    internal static void UseFont(Plot plot) => plot.Font.Set(FontName);

    public static byte[] Render(string title, IReadOnlyList<LossPoint> points, int width, int height)
    {
        using var plot = new Plot();
        plot.Title(title, size: 16);
        plot.XLabel("step");
        plot.YLabel("loss (mean squared error)");
        Coordinates[] train = Curve(points, point => point.Train);
        Coordinates[] validation = Curve(points, point => point.Validation);
        AddCurve(plot, "train", train, TrainColor, markers: false);
        AddCurve(plot, "validation", validation, ValidationColor, markers: true);
        LossAxes.Set(plot, [.. train, .. validation]);
        if (train.Length + validation.Length == 0)
        {
            AddNote(plot);
        }

        plot.Font.Set(FontName);
        return plot.GetImageBytes(width, height, ImageFormat.Png);
    }

    /// <summary>What a logarithm cannot show (zero, or a loss that is no finite number) is left out.</summary>
    private static Coordinates[] Curve(IReadOnlyList<LossPoint> points, Func<LossPoint, double?> loss) =>
    [
        .. from point in points
           let value = loss(point)
           where value is > 0 and < double.PositiveInfinity
           select new Coordinates(point.Step, Math.Log10(value.Value)),
    ];

    private static void AddCurve(Plot plot, string name, Coordinates[] curve, Color color, bool markers)
    {
        if (curve.Length == 0)
        {
            return;
        }

        var line = plot.Add.ScatterLine(curve, color);
        line.LegendText = name;
        line.LineWidth = 2;
        line.MarkerSize = markers || curve.Length == 1 ? 5 : 0;
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void AddNote(Plot plot)
    {
        var note = plot.Add.Annotation("no points yet", Alignment.MiddleCenter);
        note.LabelFontSize = 18;
        note.LabelBackgroundColor = Colors.Transparent;
        note.LabelBorderColor = Colors.Transparent;
        note.LabelShadowColor = Colors.Transparent;
    }
}
