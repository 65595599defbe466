using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>A training job and its current state.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="Name">Name given at creation, or null.</param>
/// <param name="Metadata">Pairs given at creation, by key; empty without any.</param>
/// <param name="Status">Current status.</param>
/// <param name="Settings">All settings, with defaults resolved.</param>
/// <param name="Film">Whether frames of the weights are kept; <c>links.film</c> lists them.</param>
/// <param name="Queue">Place in the queue; null where the job does not wait for a worker, and until the place is known.</param>
/// <param name="Progress">Progress of the training.</param>
/// <param name="Loss">Mean squared error per pixel, pixels 0..1, as of the latest evaluation.</param>
/// <param name="Warnings">Warnings in words, such as a data set that the job waits for, a damaged checkpoint or a collapse.</param>
/// <param name="Attempt">Number of times that a worker has started or resumed the job.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="StartedAt">Time when a worker first started the job; null before.</param>
/// <param name="EndedAt">Time when the job ended; null before.</param>
/// <param name="Error">Error of a failed job, or null.</param>
/// <param name="LatestCheckpoint">Id of the newest checkpoint, or null.</param>
/// <param name="Links">Paths of related resources.</param>
internal record TrainingJobResponse(
    Guid Id,
    string? Name,
    IReadOnlyDictionary<string, string> Metadata,
    JobStatus Status,
    TrainingSettings Settings,
    bool Film,
    QueuePosition? Queue,
    JobProgress Progress,
    Losses Loss,
    string[] Warnings,
    int Attempt,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? EndedAt,
    JobError? Error,
    Guid? LatestCheckpoint,
    JobLinks Links)
{
    public static TrainingJobResponse Of(JobRow job, QueuePosition? queue = null) => new(
        job.Id,
        job.Name,
        MetadataPairs.Parse(job.Metadata),
        job.Status,
        job.Settings,
        job.Film,
        job.Status == JobStatus.Queued ? queue : null,
        JobProgress.Of(job),
        job.Losses,
        WarningsOf(job),
        job.Attempt,
        job.CreatedAt,
        job.StartedAt,
        job.EndedAt,
        job.Error,
        job.LatestCheckpoint,
        JobLinks.Of(job.Id));

    private static string[] WarningsOf(JobRow job) => job is { Status: JobStatus.Queued, PendingDataset: { } dataset }
        ? [.. job.Warnings, $"Waits for the data set {dataset}, which the service is fetching; then it starts by itself."]
        : job.Warnings;
}

/// <summary>Progress of a job.</summary>
/// <param name="Step">Training steps done.</param>
/// <param name="Steps">Training steps in all.</param>
/// <param name="Percent">Steps done, in percent.</param>
/// <param name="StepsPerSecond">Steps per second over the last seconds; null while the job does not run.</param>
/// <param name="EtaSeconds">Estimated seconds to the end; null while the job does not run.</param>
internal sealed record JobProgress(
    int Step,
    int Steps,
    [property: Range(0, 100)] double Percent,
    double? StepsPerSecond,
    double? EtaSeconds)
{
    public static JobProgress Of(JobRow job)
    {
        int steps = job.Settings.Steps;
        double? pace = job.Status == JobStatus.Running && job.StepsPerSecond > 0 ? job.StepsPerSecond : null;
        return new JobProgress(job.Step, steps, PercentOf(job.Step, steps), pace, (steps - job.Step) / pace);
    }

    public static double PercentOf(int step, int steps) => Math.Round(100.0 * step / steps, 2);
}

/// <summary>The paths of a job.</summary>
/// <param name="Self">Path of the job.</param>
/// <param name="Metrics">Path of the losses by step.</param>
/// <param name="Loss">Path of the loss plot.</param>
/// <param name="Events">Path of the job's server-sent events.</param>
/// <param name="Cancel">Path to POST to for cancelling the job.</param>
/// <param name="Pause">Path to POST to for pausing the job.</param>
/// <param name="Resume">Path to POST to for resuming the paused or cancelled job.</param>
/// <param name="Extend">Path to POST to for more steps.</param>
/// <param name="Checkpoints">Path of the list of the job's checkpoints.</param>
/// <param name="Film">Path of the list of the frames of the job's film.</param>
internal sealed record JobLinks(
    [property: ApiPath] string Self,
    [property: ApiPath] string Metrics,
    [property: ApiPath] string Loss,
    [property: ApiPath] string Events,
    [property: ApiPath] string Cancel,
    [property: ApiPath] string Pause,
    [property: ApiPath] string Resume,
    [property: ApiPath] string Extend,
    [property: ApiPath] string Checkpoints,
    [property: ApiPath] string Film)
{
    public static JobLinks Of(Guid id)
    {
        string self = $"/v1/training-jobs/{id}";
        return new JobLinks(
            self,
            $"{self}/metrics",
            $"{self}/loss.png",
            $"{self}/events",
            $"{self}/cancel",
            $"{self}/pause",
            $"{self}/resume",
            $"{self}/extend",
            $"/v1/checkpoints?jobId={id}",
            $"{self}/film");
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Items">Items of the page, in the order of the list.</param>
/// <param name="NextCursor"><c>cursor</c> of the next page; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>The losses at one step.</summary>
/// <param name="Step">Training steps done.</param>
/// <param name="TrainLoss">
/// Mean squared error per pixel over the batches since the point before; null where an earlier version stored a value that is not finite.
/// </param>
/// <param name="ValidationLoss">Mean squared error per pixel on the validation split; null as above.</param>
/// <param name="DeadUnits">Fraction of units, in layers with weights, that are zero for every validation image.</param>
/// <param name="ElapsedSeconds">Seconds of training up to this point, over all attempts.</param>
internal sealed record MetricPoint(
    int Step,
    double? TrainLoss,
    double? ValidationLoss,
    [property: Range(0, 1)] double DeadUnits,
    double ElapsedSeconds);
