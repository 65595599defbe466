using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>All that the page of an experiment shows.</summary>
/// <param name="EndedAt">Time when the last job ended; null before.</param>
/// <param name="Digit">The label of the digit that all networks are looked into with; null where nothing can be looked into.</param>
/// <param name="Curves">The losses of all jobs against the step, as PNG; null while there are none.</param>
public sealed record Report(
    Guid Id,
    string Title,
    DateTime CreatedAt,
    DateTime? EndedAt,
    DateTime WrittenAt,
    int? Digit,
    IReadOnlyList<ReportRow> Rows,
    byte[]? Curves,
    IReadOnlyList<ReportLook> Looks)
{
    public bool ShowsAccuracies => Rows.Any(row => row.Accuracies is not null);

    public bool ShowsAuroc => Rows.Any(row => row.Auroc is not null);

    public bool ShowsArticle => Rows.Any(row => row.ArticleLoss is not null);
}

/// <summary>A job in the table.</summary>
/// <param name="Label">What the job is called on the page: its name, or its architecture and what sets it apart.</param>
/// <param name="ArticleLoss">What the article reached; null where it has no such network, or the data set is not its own.</param>
/// <param name="ReachableLoss">What the last layer can at best reach on the test split; null where the data cannot be had.</param>
/// <param name="DeadUnits">Fraction of units that are zero for every validation image; null before the first evaluation.</param>
/// <param name="MillisecondsPerStep">Evaluations and checkpoints included; null before the second evaluation.</param>
/// <param name="Accuracies">Of classifiers on the code, where it was evaluated; null otherwise, or without labels.</param>
/// <param name="Auroc">Of the normal classes against the others, where it was evaluated and there are such.</param>
/// <param name="Trouble">Why the job failed, or null.</param>
public sealed record ReportRow(
    string Label,
    JobStatus Status,
    Losses Loss,
    double? ArticleLoss,
    double? ReachableLoss,
    double? DeadUnits,
    double? MillisecondsPerStep,
    int Step,
    NetworkDefinition Definition,
    ClassifierAccuracies? Accuracies,
    double? Auroc,
    string? Trouble);

/// <summary>A look into a job's latest checkpoint.</summary>
/// <param name="Reconstructions">The first test images over their reconstructions, as PNG.</param>
/// <param name="Trouble">Why there is nothing to see, or null.</param>
public sealed record ReportLook(string Label, byte[]? Reconstructions, IReadOnlyList<ReportTiles> Tiles, string? Trouble);

/// <summary>The first maps of a layer, as PNG.</summary>
/// <param name="Silent">How many of all its maps are zero everywhere for this image.</param>
public sealed record ReportTiles(string Layer, TensorShape Shape, int Silent, byte[] Png);
