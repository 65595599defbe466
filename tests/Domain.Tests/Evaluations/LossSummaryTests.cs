using AutoencoderApi.Domain.Evaluations;

namespace AutoencoderApi.Domain.Tests.Evaluations;

public sealed class LossSummaryTests
{
    [Fact]
    public void Quantiles_lie_linearly_between_neighbours()
    {
        double[] sorted = [0, 10, 20, 40];
        Assert.Equal([0, 15, 40, 5, 26], ((double[])[0, 0.5, 1, 1 / 6.0, 0.766666666666666667]).Select(
            fraction => Math.Round(LossSummary.Quantile(sorted, fraction), 9)));
    }

    [Fact]
    public void The_area_counts_the_pairs_that_are_told_apart_and_ties_half()
    {
        float[] normal = [0.1f, 0.2f, 0.3f], anomalous = [0.2f, 0.4f];
        AnomalyDetection found = LossSummary.Anomaly(normal, anomalous)!;
        double pairs = normal.Sum(n => anomalous.Sum(a => a > n ? 1 : a == n ? 0.5 : 0));
        Assert.Equal(pairs / 6, found.Auroc, 1e-12);
        Assert.Equal(
            [(0.0, 0.0), (0, 0.5), (1 / 3.0, 0.5), (2 / 3.0, 1), (1, 1)],
            found.Curve.Select(point => (point.FalsePositiveRate, point.TruePositiveRate)));
        Assert.Null(LossSummary.Anomaly([], anomalous));
    }

    [Fact]
    public void The_histogram_counts_every_loss_once()
    {
        float[] losses = [.. Enumerable.Range(0, 500).Select(i => i * i / 1e6f)];
        LossHistogram histogram = LossSummary.Statistics(losses).Histogram;
        Assert.Equal(500, histogram.Counts.Sum());
        Assert.Equal((51, 50), (histogram.Edges.Count, histogram.Counts.Count));
        Assert.Equal((losses[0], (double)losses[^1]), (histogram.Edges[0], histogram.Edges[^1]));
        Assert.Equal(10, LossSummary.Statistics([.. Enumerable.Repeat(0.5f, 10)]).Histogram.Counts.Sum());
    }

    [Fact]
    public void Error_quantiles_keep_their_places_through_base64()
    {
        ErrorQuantiles errors = ErrorQuantiles.Of(Enumerable.Range(0, 5_001).Select(i => i / 5_000.0).Reverse());
        ErrorQuantiles read = ErrorQuantiles.FromBase64(errors.ToBase64())!;
        Assert.Equal(0.99, read.At(0.99), 1e-6);
        Assert.Equal(0.12345, read.At(0.12345), 1e-6);
        Assert.Equal(12.345, read.PercentileOf(0.12345), 1e-3);
        Assert.Equal((0.0, 100.0), (read.PercentileOf(-1), read.PercentileOf(2)));
        Assert.Equal(float.MaxValue, ErrorQuantiles.FromBase64(ErrorQuantiles.Of([1, 1e300]).ToBase64())!.At(1));
        Assert.Null(ErrorQuantiles.FromBase64("AAAA"));
        Assert.Null(ErrorQuantiles.FromBase64("no base64"));
        byte[] falling = Convert.FromBase64String(errors.ToBase64());
        falling.AsSpan(4, 4).Fill(0xbf); // negative
        Assert.Null(ErrorQuantiles.FromBase64(Convert.ToBase64String(falling)));
    }

    [Fact]
    public void Of_equal_losses_the_first_image_comes_first()
    {
        float[] losses = [3, 1, 3, 1];
        Assert.Equal([1, 3, 0, 2], LossSummary.Extreme(losses, labels: null, largest: false).Select(image => image.Index));
        Assert.Equal([0, 2, 1, 3], LossSummary.Extreme(losses, [5, 6, 7, 8], largest: true).Select(image => image.Index));
    }
}
