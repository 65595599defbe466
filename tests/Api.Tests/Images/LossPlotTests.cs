using AutoencoderApi.Api.Images;
using SkiaSharp;
using Xunit;

namespace AutoencoderApi.Api.Tests.Images;

public sealed class LossPlotTests
{
    private static readonly LossPoint[] Points =
        [.. Enumerable.Range(1, 50).Select(i => new LossPoint(10 * i, 0.2 / i, i % 10 == 0 ? 0.25 / i : null))];

    [Fact]
    public void A_plot_has_curves_and_the_text_of_title_labels_and_legend()
    {
        using SKBitmap plot = Decode(LossPlot.Render("a title", Points, 800, 480));

        Assert.Equal((800, 480), (plot.Width, plot.Height));
        Assert.InRange(Dark(plot, 300, 5, 500, 30), 20, 2000);
        Assert.InRange(Dark(plot, 0, 60, 20, 420), 20, 2000);
        Assert.InRange(Dark(plot, 350, 455, 500, 478), 20, 2000);
        Assert.True(Count(plot, 0, 0, 800, 480, color => color.Blue > color.Red + 80) > 300, "No train curve.");
        Assert.True(Count(plot, 0, 0, 800, 480, color => color.Red > color.Blue + 80) > 300, "No validation curve.");
    }

    [Fact]
    public void A_job_without_points_has_axes_and_a_note()
    {
        using SKBitmap plot = Decode(LossPlot.Render("a title", [], 800, 480));

        Assert.InRange(Dark(plot, 350, 215, 500, 250), 50, 2000);
        Assert.InRange(Dark(plot, 350, 455, 500, 478), 20, 2000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e-300)]
    [InlineData(1e300)]
    public void Odd_losses_are_drawn_or_left_out(double loss) =>
        Assert.NotEmpty(LossPlot.Render("odd", [new LossPoint(1, loss, loss), new LossPoint(2, 0.1, null)], 300, 200));

    [Fact]
    public void Plots_drawn_in_parallel_are_the_same()
    {
        byte[] alone = LossPlot.Render("a title", Points, 400, 300);

        byte[][] together =
        [
            .. Enumerable.Range(0, 32).AsParallel().WithDegreeOfParallelism(8).Select(_ => LossPlot.Render("a title", Points, 400, 300)),
        ];

        Assert.All(together, plot => Assert.Equal(alone, plot));
    }

    private static SKBitmap Decode(byte[] png)
    {
        Assert.Equal("PNG"u8.ToArray(), png[1..4]);
        return SKBitmap.Decode(png);
    }

    private static int Dark(SKBitmap plot, int left, int top, int right, int bottom) =>
        Count(plot, left, top, right, bottom, color => color.Red + color.Green + color.Blue < 200);

    private static int Count(SKBitmap plot, int left, int top, int right, int bottom, Func<SKColor, bool> matches) =>
        Enumerable.Range(top, bottom - top).Sum(y => Enumerable.Range(left, right - left).Count(x => matches(plot.GetPixel(x, y))));
}
