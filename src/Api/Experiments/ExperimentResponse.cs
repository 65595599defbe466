using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments;

/// <summary>Status of an experiment.</summary>
internal enum ExperimentStatus
{
    /// <summary>At least one of its jobs has not ended.</summary>
    Running,

    /// <summary>All its jobs have ended, and its tag is set.</summary>
    Ended,
}

/// <summary>Jobs that were created together.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="Name">Name given at creation, or null.</param>
/// <param name="Metadata">Pairs given at creation, by key; empty without any.</param>
/// <param name="Preset">Preset that the jobs were made from, or null.</param>
/// <param name="Status">Current status.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="EndedAt">Time when the last job ended; null before.</param>
/// <param name="Tag">Tag that names the best checkpoint once all jobs have ended; null without one.</param>
/// <param name="Best">Id of the job with the lowest test loss; null before the first test loss.</param>
/// <param name="Jobs">Jobs in the order of the request, without deleted ones.</param>
/// <param name="Links">Paths of related resources.</param>
internal sealed record ExperimentResponse(
    Guid Id,
    string? Name,
    IReadOnlyDictionary<string, string> Metadata,
    ExperimentPreset? Preset,
    ExperimentStatus Status,
    DateTime CreatedAt,
    DateTime? EndedAt,
    string? Tag,
    Guid? Best,
    IReadOnlyList<ExperimentJob> Jobs,
    ExperimentLinks Links)
{
    public static ExperimentResponse Of(StoredExperiment stored)
    {
        (ExperimentRow experiment, IReadOnlyList<JobRow> jobs) = (stored.Row, stored.Jobs);
        JsonObject[] settings = [.. jobs.Select(job => JsonSerializer.SerializeToNode(job.Settings, JsonConventions.Json)!.AsObject())];
        string[] varied = VariedFields(settings);
        return new(
            experiment.Id,
            experiment.Name,
            MetadataPairs.Parse(experiment.Metadata),
            experiment.Preset,
            ExperimentSummary.StatusOf(experiment),
            experiment.CreatedAt,
            experiment.EndedAt,
            experiment.Tag,
            BestOf(jobs)?.Id,
            [
                .. jobs.Zip(settings, (job, own) =>
                    ExperimentJob.Of(
                        job,
                        varied.ToDictionary(field => field, field => JsonSerializer.SerializeToElement(own[field])),
                        stored.Latest.GetValueOrDefault(job.Id),
                        job.LatestCheckpoint is { } checkpoint ? stored.Evaluations.GetValueOrDefault(checkpoint) : null)),
            ],
            ExperimentLinks.Of(experiment.Id));
    }

    /// <summary>The job with the lowest test loss, of those that have one.</summary>
    public static JobRow? BestOf(IEnumerable<JobRow> jobs) =>
        jobs.Where(job => job.Losses.Test <= double.MaxValue).MinBy(job => job.Losses.Test);

    /// <summary>The wire names of the settings that are not the same in all jobs.</summary>
    private static string[] VariedFields(JsonObject[] all) =>
        all.Length == 0
            ? []
            : [.. all[0].Select(field => field.Key).Where(field => all.Any(other => !JsonNode.DeepEquals(other[field], all[0][field])))];
}

/// <summary>One job of an experiment: a row of its table.</summary>
/// <param name="Id">Id of the job.</param>
/// <param name="Name">Name of the job, or null.</param>
/// <param name="Status">Current status.</param>
/// <param name="Architecture">Architecture of the network.</param>
/// <param name="Varied">Settings that differ between the jobs of the experiment, by name.</param>
/// <param name="Step">Training steps done.</param>
/// <param name="Steps">Training steps in all.</param>
/// <param name="Loss">Mean squared error per pixel, pixels 0..1, as of the latest evaluation.</param>
/// <param name="DeadUnits">
/// Fraction of units, in layers with weights, that are zero for every validation image; null before the first evaluation.
/// </param>
/// <param name="MillisecondsPerStep">Milliseconds per step, with evaluations and checkpoints; null before the second evaluation.</param>
/// <param name="LatestCheckpoint">Id of the newest checkpoint, or null.</param>
/// <param name="Error">Error of a failed job, or null.</param>
/// <param name="Evaluation">Evaluation of the newest checkpoint on the test split; null where there is none.</param>
/// <param name="Job">Path of the job.</param>
internal sealed record ExperimentJob(
    Guid Id,
    string? Name,
    JobStatus Status,
    Architecture Architecture,
    IReadOnlyDictionary<string, JsonElement> Varied,
    int Step,
    int Steps,
    Losses Loss,
    double? DeadUnits,
    double? MillisecondsPerStep,
    Guid? LatestCheckpoint,
    JobError? Error,
    ExperimentEvaluation? Evaluation,
    [property: ApiPath] string Job)
{
    public static ExperimentJob Of(
        JobRow job, IReadOnlyDictionary<string, JsonElement> varied, MetricRow? latest, StoredEvaluation? evaluation) => new(
        job.Id,
        job.Name,
        job.Status,
        job.Architecture,
        varied,
        job.Step,
        job.Settings.Steps,
        job.Losses,
        latest?.DeadUnits,
        latest is { Step: > 0 } ? Math.Round(1000 * latest.ElapsedSeconds / latest.Step, 3) : null,
        job.LatestCheckpoint,
        job.Error,
        ExperimentEvaluation.Of(evaluation),
        JobLinks.Of(job.Id).Self);
}

/// <summary>An experiment without its jobs.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="Name">Name given at creation, or null.</param>
/// <param name="Metadata">Pairs given at creation, by key; empty without any.</param>
/// <param name="Preset">Preset that the jobs were made from, or null.</param>
/// <param name="Status">Current status.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="EndedAt">Time when the last job ended; null before.</param>
/// <param name="Jobs">Number of jobs.</param>
/// <param name="Links">Paths of related resources.</param>
internal sealed record ExperimentSummary(
    Guid Id,
    string? Name,
    IReadOnlyDictionary<string, string> Metadata,
    ExperimentPreset? Preset,
    ExperimentStatus Status,
    DateTime CreatedAt,
    DateTime? EndedAt,
    int Jobs,
    ExperimentLinks Links)
{
    public static ExperimentSummary Of(ExperimentRow row, int jobs) => new(
        row.Id,
        row.Name,
        MetadataPairs.Parse(row.Metadata),
        row.Preset,
        StatusOf(row),
        row.CreatedAt,
        row.EndedAt,
        jobs,
        ExperimentLinks.Of(row.Id));

    public static ExperimentStatus StatusOf(ExperimentRow row) => row.EndedAt is null ? ExperimentStatus.Running : ExperimentStatus.Ended;
}

/// <summary>The paths of an experiment.</summary>
/// <param name="Self">Path of the experiment with its table of jobs.</param>
/// <param name="Report">Path of the report: the table with curves and images, as one page.</param>
internal sealed record ExperimentLinks([property: ApiPath] string Self, [property: ApiPath] string Report)
{
    public static ExperimentLinks Of(Guid id) => new($"/v1/experiments/{id}", $"/v1/experiments/{id}/report");
}

/// <summary>What the evaluation of a job's checkpoint has found, in short.</summary>
/// <param name="Id">Id of the evaluation.</param>
/// <param name="Status">Current status.</param>
/// <param name="Knn">Accuracy of 5 nearest neighbours on the code, 0..1; null before it is known, or without labels. So the next.</param>
/// <param name="Ridge">Accuracy of ridge regression on the code, 0..1.</param>
/// <param name="Auroc">Area under the curve of the normal classes against the others; null where there are none.</param>
/// <param name="CodeDimensions">Directions that the codes spread over; null before it is known.</param>
internal sealed record ExperimentEvaluation(
    Guid Id,
    JobStatus Status,
    [property: Range(0, 1)] double? Knn,
    [property: Range(0, 1)] double? Ridge,
    [property: Range(0, 1)] double? Auroc,
    double? CodeDimensions)
{
    public static ExperimentEvaluation? Of(StoredEvaluation? stored) => stored is null
        ? null
        : new ExperimentEvaluation(
            stored.Job.Id,
            stored.Job.Status,
            stored.Row.Result?.LabelAccuracy?.Code.Knn,
            stored.Row.Result?.LabelAccuracy?.Code.Ridge,
            stored.Row.Result?.Anomaly?.Auroc,
            stored.Row.Result?.CodeDimensions);
}
