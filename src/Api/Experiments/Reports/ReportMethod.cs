using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>What was done: all that somebody needs to repeat the experiment.</summary>
/// <param name="Shared">The settings that all jobs share, in words, by wire name.</param>
/// <param name="Varied">The wire names of those that differ.</param>
/// <param name="CreatedAt">When the experiment was created.</param>
/// <param name="StartedAt">When the first job started; null before.</param>
/// <param name="EndedAt">When the last job ended; null before.</param>
public sealed record ReportMethod(
    IReadOnlyList<ReportDataset> Datasets,
    IReadOnlyDictionary<string, string> Shared,
    IReadOnlyList<string> Varied,
    IReadOnlyList<ReportEnvironment> Environments,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? EndedAt);

/// <summary>The images that jobs trained on.</summary>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Images">Images of each split by its name; empty where the data set cannot be had.</param>
/// <param name="Sha256">Of images and labels, in lower-case hexadecimal; null where it is not known.</param>
/// <param name="Trouble">Why no more is known, as a sentence, or null.</param>
public sealed record ReportDataset(
    string Name, TensorShape Shape, IReadOnlyDictionary<string, int> Images, string? Sha256, string? Trouble);

/// <summary>What computed, as the latest checkpoints record it.</summary>
/// <param name="Jobs">What the jobs are called whose checkpoints say so.</param>
public sealed record ReportEnvironment(ExecutionEnvironment Environment, IReadOnlyList<string> Jobs);
