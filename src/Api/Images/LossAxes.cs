using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace AutoencoderApi.Api.Images;

/// <summary>Axes of a loss plot, whose vertical coordinate is the loss's decimal logarithm.</summary>
internal static class LossAxes
{
    private const int LabelSize = 14;

    // A flat loss is not stretched until its noise fills the image.
    private const double LeastDecades = 0.25;

    public static void Set(Plot plot, Coordinates[] points)
    {
        double low = points.Length == 0 ? -2 : points.Min(point => point.Y);
        double high = points.Length == 0 ? 0 : points.Max(point => point.Y);
        double margin = Math.Max(0.05 * (high - low), (LeastDecades - (high - low)) / 2);
        (low, high) = (low - margin, high + margin);
        double lastStep = points.Length == 0 ? 100 : Math.Max(1, points.Max(point => point.X));
        double firstStep = points.Length == 0 ? 0 : points.Min(point => point.X);
        plot.Axes.SetLimits(Math.Min(0, firstStep), lastStep * 1.02, low, high);
        plot.Axes.Left.TickGenerator = new NumericManual(Ticks(low, high));
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = step => step.ToString("0", CultureInfo.InvariantCulture),
        };
        plot.Axes.Left.TickLabelStyle.FontSize = LabelSize;
        plot.Axes.Bottom.TickLabelStyle.FontSize = LabelSize;
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(0.15);
        plot.Grid.MinorLineColor = Colors.Black.WithOpacity(0.06);
        plot.Grid.MinorLineWidth = 1;
    }

    /// <summary>
    /// A tick at each 1 to 9 of each decade. Decades have labels; where fewer than two are in sight 2 and 5 do too, and within
    /// half a decade all do.
    /// </summary>
    private static Tick[] Ticks(double low, double high)
    {
        bool isSparse = Math.Floor(high) - Math.Ceiling(low) < 1;
        bool isNarrow = high - low < 0.5;
        var ticks = new List<Tick>();
        for (int decade = (int)Math.Floor(low); decade <= high; decade++)
        {
            for (int digit = 1; digit <= 9; digit++)
            {
                double position = decade + Math.Log10(digit);
                bool isMajor = digit == 1 || isNarrow || (isSparse && digit is 2 or 5);
                if (position >= low && position <= high)
                {
                    ticks.Add(new Tick(position, isMajor ? Label(digit, decade) : "", isMajor));
                }
            }
        }

        return [.. ticks];
    }

    /// <summary>Plain decimals down to a ten-thousandth, powers beyond.</summary>
    private static string Label(int digit, int decade) => decade is >= -4 and <= 4
        ? (digit * Math.Pow(10, decade)).ToString("0.####", CultureInfo.InvariantCulture)
        : $"{digit}e{decade}";
}
