namespace AutoencoderApi.Domain.Evaluations;

/// <summary>Statistics of the losses of a split's images.</summary>
public static class LossSummary
{
    /// <summary>As many images as are named as the best and the worst.</summary>
    public const int Extremes = 24;

    private const int Bins = 50;
    private const int CurvePoints = 200;

    public static LossStatistics Statistics(ReadOnlySpan<float> losses)
    {
        double[] sorted = [.. losses.ToArray().Select(loss => (double)loss).Order()];
        return new LossStatistics(
            sorted.Average(),
            new LossQuantiles(At(0.01), At(0.05), At(0.25), At(0.5), At(0.75), At(0.95), At(0.99)),
            Histogram(sorted));
        double At(double fraction) => Quantile(sorted, fraction);
    }

    /// <summary>
    /// The quantile of sorted values, linear between neighbours (Hyndman and Fan, "Sample quantiles", 1996, definition 7).
    /// </summary>
    /// <param name="fraction">0..1.</param>
    public static double Quantile(ReadOnlySpan<double> sorted, double fraction)
    {
        double place = fraction * (sorted.Length - 1);
        int below = (int)place;
        return below == sorted.Length - 1 ? sorted[below] : double.Lerp(sorted[below], sorted[below + 1], place - below);
    }

    /// <summary>The images of the smallest or of the largest losses; of equal ones the first in the split come first.</summary>
    /// <param name="labels">One an image; null where they have none.</param>
    public static IReadOnlyList<ImageLoss> Extreme(float[] losses, byte[]? labels, bool largest) =>
    [
        .. Enumerable.Range(0, losses.Length)
            .OrderBy(i => largest ? -losses[i] : losses[i])
            .ThenBy(i => i)
            .Take(Extremes)
            .Select(i => new ImageLoss(i, labels?[i], losses[i])),
    ];

    public static IReadOnlyList<LabelLoss> PerLabel(float[] losses, byte[] labels) =>
    [
        .. Enumerable.Range(0, losses.Length)
            .GroupBy(i => labels[i])
            .OrderBy(group => group.Key)
            .Select(group => new LabelLoss(group.Key, group.Count(), group.Average(i => (double)losses[i]))),
    ];

    /// <summary>
    /// How well the loss tells the anomalous images from the normal ones (Fawcett, "An introduction to ROC analysis", 2006, algorithms 1
    /// and 3). The area is exact; of the curve every so many points are kept.
    /// </summary>
    /// <returns>Null where either side has no image.</returns>
    public static AnomalyDetection? Anomaly(IReadOnlyCollection<float> normal, IReadOnlyCollection<float> anomalous)
    {
        if (normal.Count == 0 || anomalous.Count == 0)
        {
            return null;
        }

        var byLoss = normal.Select(loss => (Loss: loss, IsAnomalous: false))
            .Concat(anomalous.Select(loss => (Loss: loss, IsAnomalous: true)))
            .GroupBy(each => each.Loss, each => each.IsAnomalous)
            .OrderByDescending(group => group.Key);
        List<RocPoint> curve = [new RocPoint(null, 0, 0)];
        (double falsePositives, double truePositives, double area) = (0, 0, 0);
        foreach (IGrouping<float, bool> group in byLoss)
        {
            int hits = group.Count(isAnomalous => isAnomalous), misses = group.Count() - hits;
            area += misses * (truePositives + (hits / 2.0));
            (falsePositives, truePositives) = (falsePositives + misses, truePositives + hits);
            curve.Add(new RocPoint(group.Key, falsePositives / normal.Count, truePositives / anomalous.Count));
        }

        return new AnomalyDetection(area / normal.Count / anomalous.Count, normal.Count, anomalous.Count, Thin(curve));
    }

    private static IReadOnlyList<RocPoint> Thin(List<RocPoint> curve)
    {
        double step = Math.Max(1, (curve.Count - 1) / (double)(CurvePoints - 1));
        return [.. Enumerable.Range(0, Math.Min(CurvePoints, curve.Count)).Select(i => curve[(int)Math.Round(i * step)])];
    }

    private static LossHistogram Histogram(double[] sorted)
    {
        (double low, double width) = (sorted[0], (sorted[^1] - sorted[0]) / Bins);
        int[] counts = new int[Bins];
        foreach (double loss in sorted)
        {
            counts[width > 0 ? Math.Clamp((int)((loss - low) / width), 0, Bins - 1) : 0]++;
        }

        return new LossHistogram([.. Enumerable.Range(0, Bins + 1).Select(i => i == Bins ? sorted[^1] : low + (i * width))], counts);
    }
}
