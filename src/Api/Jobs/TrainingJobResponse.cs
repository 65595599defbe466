using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>A training job as it stands.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Settings">Every setting, resolved.</param>
/// <param name="Loss">Mean squared error per pixel, pixels 0..1, as of the latest evaluation.</param>
/// <param name="Warnings">What a user should know, in words.</param>
/// <param name="Attempt">Times that a worker has begun or gone on with the job.</param>
/// <param name="Error">Why the job failed, or null.</param>
/// <param name="LatestCheckpoint">The id of its newest checkpoint, or null.</param>
internal sealed record TrainingJobResponse(
    Guid Id,
    string? Name,
    JobStatus Status,
    TrainingSettings Settings,
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
    public static TrainingJobResponse Of(JobRow job) => new(
        job.Id,
        job.Name,
        job.Status,
        job.Settings,
        JobProgress.Of(job),
        job.Losses,
        job.Warnings,
        job.Attempt,
        job.CreatedAt,
        job.StartedAt,
        job.EndedAt,
        job.Error,
        job.LatestCheckpoint,
        JobLinks.Of(job.Id));
}

/// <param name="Step">Steps taken.</param>
/// <param name="Steps">Steps to take.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="StepsPerSecond">Over the last seconds; null while the job does not run.</param>
/// <param name="EtaSeconds">Seconds still to go at that pace; null while the job does not run.</param>
internal sealed record JobProgress(int Step, int Steps, double Percent, double? StepsPerSecond, double? EtaSeconds)
{
    public static JobProgress Of(JobRow job)
    {
        int steps = job.Settings.Steps;
        double? pace = job.Status == JobStatus.Running && job.StepsPerSecond > 0 ? job.StepsPerSecond : null;
        return new JobProgress(job.Step, steps, PercentOf(job.Step, steps), pace, (steps - job.Step) / pace);
    }

    public static double PercentOf(int step, int steps) => Math.Round(100.0 * step / steps, 2);
}

internal sealed record JobLinks(string Self, string Metrics, string Loss, string Events, string Cancel, string Checkpoints)
{
    public static JobLinks Of(Guid id)
    {
        string self = $"/v1/training-jobs/{id}";
        return new JobLinks(self, $"{self}/metrics", $"{self}/loss.png", $"{self}/events", $"{self}/cancel", $"/v1/checkpoints?jobId={id}");
    }
}

/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <param name="Step">Steps taken.</param>
/// <param name="TrainLoss">Mean squared error over the batches since the point before.</param>
/// <param name="ValidationLoss">Mean squared error on the validation split.</param>
/// <param name="DeadUnits">Share, 0 to 1, of the units of layers with weights that are zero for every validation picture.</param>
/// <param name="ElapsedSeconds">Seconds of training up to here, over all attempts.</param>
internal sealed record MetricPoint(int Step, double TrainLoss, double ValidationLoss, double DeadUnits, double ElapsedSeconds);
