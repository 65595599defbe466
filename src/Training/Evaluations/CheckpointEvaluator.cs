using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>What is known of a data set beside any network: stored once, since it takes longer than the rest.</summary>
/// <param name="Pixels">Of classifiers on the pixels; null without labels.</param>
/// <param name="Pca">Of classifiers on that many principal components; null without labels.</param>
/// <param name="PcaLoss">Mean squared error per pixel of the reconstructions from them.</param>
public sealed record DatasetBaseline(ClassifierAccuracies? Pixels, ClassifierAccuracies? Pca, double PcaLoss)
{
    /// <param name="labelled">Whether the images have labels.</param>
    /// <param name="components">At most as many as an image has values.</param>
    /// <param name="pixels">Of classifiers on the pixels, where they are known.</param>
    public static DatasetBaseline Measure(
        Dataset dataset,
        DatasetSplit split,
        bool labelled,
        int components,
        ClassifierAccuracies? pixels,
        int threads,
        CancellationToken token)
    {
        ParallelOptions parallel = ComputeTaskScheduler.Options(threads, token);
        (Features train, Features test) = (Features.OfPixels(dataset.Train), Features.OfPixels(split));
        bool isWhole = components == train.Width; // a rotation changes no distance and no regression
        Moments fitted;
        float[] origin;
        if (labelled && pixels is null)
        {
            LabelProbe probe = LabelProbe.Measure(train, Labels(dataset.Train), test, Labels(split), parallel);
            (pixels, fitted, origin) = (probe.Accuracies, probe.Fitted, probe.Origin);
        }
        else if (isWhole)
        {
            return new DatasetBaseline(pixels, pixels, 0);
        }
        else
        {
            (fitted, origin) = LabelProbe.MomentsOf(train, parallel);
        }

        if (isWhole)
        {
            return new DatasetBaseline(pixels, pixels, 0);
        }

        var pca = new PrincipalComponents(fitted, origin, components);
        ClassifierAccuracies? accuracies = labelled
            ? LabelProbe.Measure(pca.Project(train), Labels(dataset.Train), pca.Project(test), Labels(split), parallel).Accuracies
            : null;
        return new DatasetBaseline(pixels, accuracies, pca.Loss(test, parallel));
    }

    internal static byte[] Labels(DatasetSplit split) => [.. Enumerable.Range(0, split.Count).Select(split.Label)];
}

/// <summary>An evaluation of a network on a split, but for its map.</summary>
/// <param name="Losses">Of each image in order.</param>
public sealed record CheckpointEvaluation(EvaluationResult Result, float[] Losses);

/// <summary>Evaluates a network on a split of a data set.</summary>
/// <param name="labelled">Whether the images have labels.</param>
/// <param name="normal">The labels that the network was trained on; null where it was trained on all.</param>
/// <param name="against">Images taken for anomalous; null for those of the split that have other labels.</param>
public sealed class CheckpointEvaluator(
    Model model, Dataset dataset, DatasetSplit split, bool labelled, IReadOnlyList<int>? normal, DatasetSplit? against)
{
    private readonly Features _codes = Features.OfCodes(model, split);
    private (Moments Fitted, float[] Origin)? _moments; // of the codes, for the dimensions and then for the map

    /// <summary>As many components as the baseline needs.</summary>
    public int Components => Math.Min(model.Definition.CodeShape.Count, split.PixelsPerImage);

    public CheckpointEvaluation Evaluate(DatasetBaseline baseline, int threads, CancellationToken token)
    {
        ParallelOptions parallel = ComputeTaskScheduler.Options(threads, token);
        ImagePass pass = ImagePass.Over(model, split, parallel);
        byte[]? labels = labelled ? DatasetBaseline.Labels(split) : null;
        LabelAccuracies? accuracies = null;
        if (labels is not null && baseline is { Pixels: { } pixels, Pca: { } pca })
        {
            LabelProbe probe = LabelProbe.Measure(
                Features.OfCodes(model, dataset.Train), DatasetBaseline.Labels(dataset.Train), _codes, labels, parallel);
            accuracies = new LabelAccuracies(probe.Accuracies, pixels, pca);
        }

        var result = new EvaluationResult(
            split.Count,
            LossSummary.Statistics(pass.Losses),
            labels is null ? [] : LossSummary.PerLabel(pass.Losses, labels),
            LossSummary.Extreme(pass.Losses, labels, largest: false),
            LossSummary.Extreme(pass.Losses, labels, largest: true),
            accuracies,
            baseline.PcaLoss,
            Dimensions(parallel),
            pass.Units,
            Anomaly(pass.Losses, labels, parallel));
        return new CheckpointEvaluation(result, pass.Losses);
    }

    /// <summary>The codes in two dimensions.</summary>
    public CodeMap Map(int threads, CancellationToken token)
    {
        ParallelOptions parallel = ComputeTaskScheduler.Options(threads, token);
        (Moments fitted, float[] origin) = MomentsOfCodes(parallel);
        return CodeMap.Of(_codes, new PrincipalComponents(fitted, origin, 2), parallel);
    }

    private (Moments Fitted, float[] Origin) MomentsOfCodes(ParallelOptions parallel) =>
        _moments ??= LabelProbe.MomentsOf(_codes, parallel);

    private double Dimensions(ParallelOptions parallel)
    {
        var scatter = MomentsOfCodes(parallel).Fitted.Scatter;
        double norm = scatter.FrobeniusNorm();
        return norm > 0 ? scatter.Trace() * scatter.Trace() / (norm * norm) : 0;
    }

    private AnomalyDetection? Anomaly(float[] losses, byte[]? labels, ParallelOptions parallel)
    {
        bool IsNormal(int i) => normal is null || (labels is not null && normal.Contains(labels[i]));
        IEnumerable<float> Of(bool isNormal) => losses.Where((_, i) => IsNormal(i) == isNormal);
        return against is null && normal is null
            ? null
            : LossSummary.Anomaly([.. Of(true)], against is null ? [.. Of(false)] : ImagePass.Over(model, against, parallel).Losses);
    }
}
