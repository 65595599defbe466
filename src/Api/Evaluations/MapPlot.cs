using System.Globalization;
using AutoencoderApi.Api.Images;
using ScottPlot;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>A map of codes as a scatter plot, a colour for each label.</summary>
internal static class MapPlot
{
    private const int ManyLabels = 20; // beyond which a legend would hide the plot

    public static byte[] Render(MapResponse map, int width, int height)
    {
        using var plot = new Plot();
        bool isPca = map.Method == MapMethod.Pca;
        plot.Title(isPca ? "Codes on the plane of their largest variance" : "Codes by t-SNE", size: 16);
        plot.XLabel(isPca ? Axis(0) : "t-SNE 1");
        plot.YLabel(isPca ? Axis(1) : "t-SNE 2");
        var palette = new ScottPlot.Palettes.Category10();
        IGrouping<int?, MapPoint>[] labels = [.. map.Points.GroupBy(point => point.Label).OrderBy(group => group.Key)];
        foreach (IGrouping<int?, MapPoint> label in labels)
        {
            var dots = plot.Add.ScatterPoints(
                label.Select(point => (double)point.X).ToArray(),
                label.Select(point => (double)point.Y).ToArray(),
                palette.GetColor(label.Key ?? 0).WithOpacity(0.75));
            dots.MarkerSize = 5;
            dots.LegendText = label.Key?.ToString(CultureInfo.InvariantCulture) ?? "";
        }

        if (labels.Length is > 1 and <= ManyLabels)
        {
            plot.ShowLegend(Edge.Right);
        }

        LossPlot.UseFont(plot);
        return plot.GetImageBytes(width, height, ImageFormat.Png);

        string Axis(int axis) => string.Create(
            CultureInfo.InvariantCulture, $"component {axis + 1} ({100 * map.ExplainedVariance![axis]:0.0} % of the variance)");
    }
}
