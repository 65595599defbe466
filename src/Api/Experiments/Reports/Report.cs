using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>All that the page of an experiment shows.</summary>
/// <param name="Outcome">What came out, as a sentence.</param>
/// <param name="Digit">The label of the image that all networks are inspected with; null where nothing can be inspected.</param>
/// <param name="Chart">The losses of the jobs against the step; null while there are none.</param>
/// <param name="Evaluations">One of each job that has any, of its newest evaluated checkpoint; more where it has several.</param>
public sealed record Report(
    Guid Id,
    string Title,
    string Outcome,
    DateTime WrittenAt,
    int? Digit,
    ReportMethod Method,
    IReadOnlyList<ReportRow> Rows,
    LossChart? Chart,
    IReadOnlyList<ReportEvaluation> Evaluations,
    IReadOnlyList<ReportLook> Looks)
{
    public bool ShowsArticle => Rows.Any(row => row.ArticleLoss is not null);
}

/// <summary>A job in the table.</summary>
/// <param name="Label">What the job is called in the report: its name, or its architecture and what sets it apart.</param>
/// <param name="Group">The same without its seed: what it has in common with the jobs that differ in nothing else.</param>
/// <param name="Varied">The settings in which the jobs of the experiment differ, in words, by wire name.</param>
/// <param name="Colour">The number of its curve's colour, as on the page; null where the curves of others stand out.</param>
/// <param name="ArticleLoss">What the article reached; null where it has no such network, or the settings or data are not its own.</param>
/// <param name="ReachableLoss">What the last layer can at best reach on the test split; null where the data cannot be had.</param>
/// <param name="DeadUnits">Fraction of units that are zero for every validation image; null before the first evaluation.</param>
/// <param name="MillisecondsPerStep">Evaluations and checkpoints included; null before the second evaluation.</param>
/// <param name="Trouble">Why the job failed, or null.</param>
public sealed record ReportRow(
    string Label,
    string Group,
    TrainingSettings Settings,
    IReadOnlyDictionary<string, string> Varied,
    int? Colour,
    JobStatus Status,
    Losses Loss,
    double? ArticleLoss,
    double? ReachableLoss,
    double? DeadUnits,
    double? MillisecondsPerStep,
    int Step,
    IReadOnlyList<string> Warnings,
    string? Trouble)
{
    public NetworkDefinition Definition { get; } = NetworkDefinition.For(Settings);

    /// <summary>The class of its curve's colour.</summary>
    public string Series => Colour is { } colour ? $"series-{colour}" : "series-others";

    /// <summary>Its test loss, where that is a number.</summary>
    public double? TestLoss => Loss.Test is { } loss && double.IsFinite(loss) ? loss : null;
}

/// <summary>A look into a job's latest checkpoint.</summary>
/// <param name="Reconstructions">The first test images over their reconstructions, as PNG.</param>
/// <param name="Trouble">Why there is nothing to see, or null.</param>
public sealed record ReportLook(ReportRow Row, byte[]? Reconstructions, IReadOnlyList<ReportTiles> Tiles, string? Trouble);

/// <summary>The first maps of a layer, as PNG.</summary>
/// <param name="Silent">How many of all its maps are zero everywhere for this image.</param>
public sealed record ReportTiles(string Layer, TensorShape Shape, int Silent, byte[] Png);
