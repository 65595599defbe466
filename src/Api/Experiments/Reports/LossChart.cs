using System.Globalization;
using System.Xml.Linq;
using AutoencoderApi.Api.Images;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>
/// Validation loss against the step, on a logarithmic scale: three SVG drawings side by side, so that the text of the axes keeps its size
/// where the plot is narrow.
/// </summary>
/// <param name="Plot">The grid and the curves, as markup.</param>
/// <param name="Losses">The labels of the vertical axis.</param>
/// <param name="Steps">The labels of the horizontal axis.</param>
public sealed record LossChart(string Plot, string Losses, string Steps)
{
    /// <summary>As many curves as the page has colours, and draws at once.</summary>
    private const int Colours = 6;

    private const int Width = 1_000, Height = 320; // Height is that of report.css, in its pixels
    private const double Border = 0.08; // decades beyond the least and the largest loss
    private const int StepLabels = 5;

    private static readonly int[] s_factors = [1, 2, 5, 10];

    /// <summary>
    /// The number of each job's colour, as in the page's experiment.js: of the jobs with the least validation losses in their order, those
    /// without a loss last; null of the others.
    /// </summary>
    /// <param name="losses">The validation loss of each job.</param>
    public static int?[] ColoursOf(IReadOnlyList<double?> losses)
    {
        int[] shown =
        [
            .. Enumerable.Range(0, losses.Count)
                .OrderBy(i => losses[i] is { } loss && double.IsFinite(loss) ? loss : double.MaxValue)
                .Take(Colours)
                .Order(),
        ];
        return [.. Enumerable.Range(0, losses.Count).Select(i => Array.IndexOf(shown, i)).Select(place => place < 0 ? (int?)null : place)];
    }

    /// <returns>Null where no point can be drawn.</returns>
    public static LossChart? Of(IReadOnlyList<(ReportRow Row, IReadOnlyList<LossPoint> Points)> curves)
    {
        (ReportRow Row, (int Step, double Loss)[] Points)[] drawn =
            [.. curves.Select(curve => (curve.Row, Drawable(curve.Points))).Where(curve => curve.Item2.Length > 0)];
        if (drawn.Length == 0)
        {
            return null;
        }

        double[] losses = [.. drawn.SelectMany(curve => curve.Points).Select(point => Math.Log10(point.Loss))];
        (double bottom, double top) = (losses.Min() - Border, losses.Max() + Border);
        int lastStep = Math.Max(1, drawn.Max(curve => curve.Points[^1].Step));
        double[] decades = [.. Decades(bottom, top)];
        int[] steps = [.. RoundSteps(lastStep)];
        return new LossChart(
            Svg(
                "plot",
                decades.Select(GridLine).Concat(drawn.OrderBy(curve => curve.Row.Colour is not null).SelectMany(Curve)),
                hasScale: true),
            Svg("losses", decades.Select(loss => Text(Label(loss), "100%", Number(Y(loss) + 4)))),
            Svg("steps", steps.Select(step => Text(ReportText.Count(step), $"{Number(100.0 * step / lastStep)}%", "16"))));

        double X(int step) => (double)Width * step / lastStep;
        double Y(double loss) => Height * (top - Math.Log10(loss)) / (top - bottom);
        string Place((int Step, double Loss) point) => $"{Number(X(point.Step))} {Number(Y(point.Loss))}";

        XElement GridLine(double loss) => new(
            "path", new XAttribute("class", "grid"), new XAttribute("d", $"M0 {Number(Y(loss))}H{Width}"));

        IEnumerable<XElement> Curve((ReportRow Row, (int Step, double Loss)[] Points) curve) =>
        [
            Line(curve.Row, "curve", $"M{string.Join('L', curve.Points.Select(Place))}"),
            .. curve.Row.Colour is null ? Array.Empty<XElement>() : [Line(curve.Row, "dot", $"M{Place(curve.Points[^1])}h0")],
        ];

        XElement Line(ReportRow row, string kind, string path) => new(
            "path", new XAttribute("class", $"{kind} {row.Series}"), new XAttribute("d", path));
    }

    /// <summary>What a logarithm can show: neither zero nor what is no finite number.</summary>
    private static (int Step, double Loss)[] Drawable(IReadOnlyList<LossPoint> points) =>
    [
        .. from point in points
           where point.Validation is > 0 and < double.PositiveInfinity
           select (point.Step, point.Validation!.Value),
    ];

    /// <summary>1, 2 and 5 times the powers of ten between two exponents; the powers alone where those are many.</summary>
    private static IEnumerable<double> Decades(double bottom, double top) =>
        from exponent in Enumerable.Range((int)Math.Floor(bottom), (int)(Math.Ceiling(top) - Math.Floor(bottom)) + 1)
        from factor in top - bottom > 3.5 ? (double[])[1] : [1, 2, 5]
        let value = factor * Math.Pow(10, exponent)
        where Math.Log10(value) >= bottom && Math.Log10(value) <= top
        select value;

    /// <summary>Round steps from 0 on.</summary>
    private static IEnumerable<int> RoundSteps(int last)
    {
        double rough = (double)last / StepLabels, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        int size = (int)Math.Max(1, power * s_factors.First(factor => factor * power >= rough * 0.999));
        return Enumerable.Range(0, (last / size) + 1).Select(i => i * size);
    }

    /// <summary>Plain decimals down to a millionth, powers beyond.</summary>
    private static string Label(double loss) =>
        loss is >= 0.99e-6 and < 1e6 ? Math.Round(loss, 7).ToString("0.######", CultureInfo.InvariantCulture)
        : loss.ToString("0E0", CultureInfo.InvariantCulture);

    private static string Svg(string name, IEnumerable<XElement> content, bool hasScale = false) => new XElement(
        "svg",
        new XAttribute("class", name),
        hasScale ? new XAttribute("viewBox", $"0 0 {Width} {Height}") : null,
        hasScale ? new XAttribute("preserveAspectRatio", "none") : null,
        content).ToString(SaveOptions.DisableFormatting);

    private static XElement Text(string text, string x, string y) => new("text", new XAttribute("x", x), new XAttribute("y", y), text);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
