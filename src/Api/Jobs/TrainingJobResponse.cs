using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>A training job as it stands.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="Name">The name that its maker gave it, or null.</param>
/// <param name="Status">Current status.</param>
/// <param name="Settings">Every setting, resolved.</param>
/// <param name="Progress">How far it has come.</param>
/// <param name="Loss">Mean squared error per pixel, pixels 0..1, as of the latest evaluation.</param>
/// <param name="Warnings">What a user should know, in words; while the job is queued until its data set is here, it says so.</param>
/// <param name="Attempt">How often a worker has started or resumed the job.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="StartedAt">When a worker first began it; null before.</param>
/// <param name="EndedAt">When it ended; null before.</param>
/// <param name="Error">Why the job failed, or null.</param>
/// <param name="LatestCheckpoint">The id of its newest checkpoint, or null.</param>
/// <param name="Links">Paths to more of it.</param>
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

/// <summary>How far a job has come.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Steps">Steps to take.</param>
/// <param name="Percent">Of its steps.</param>
/// <param name="StepsPerSecond">Steps a second over the last seconds; null while the job does not run.</param>
/// <param name="EtaSeconds">Seconds still to go at that pace; null while the job does not run.</param>
internal sealed record JobProgress(int Step, int Steps, [property: Range(0, 100)] double Percent, double? StepsPerSecond, double? EtaSeconds)
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
/// <param name="Self">The job.</param>
/// <param name="Metrics">Its losses by step.</param>
/// <param name="Loss">The same as an image.</param>
/// <param name="Events">What happens to it, as server-sent events.</param>
/// <param name="Cancel">POST there stops it.</param>
/// <param name="Checkpoints">The list of its checkpoints.</param>
internal sealed record JobLinks(string Self, string Metrics, string Loss, string Events, string Cancel, string Checkpoints)
{
    public static JobLinks Of(Guid id)
    {
        string self = $"/v1/training-jobs/{id}";
        return new JobLinks(self, $"{self}/metrics", $"{self}/loss.png", $"{self}/events", $"{self}/cancel", $"/v1/checkpoints?jobId={id}");
    }
}

/// <summary>A part of a list.</summary>
/// <param name="Items">In the order of the list.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>The losses at one step.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="TrainLoss">Mean squared error per pixel over the batches since the point before; null where an earlier version has stored one that is not finite.</param>
/// <param name="ValidationLoss">Mean squared error per pixel on the validation split; null as above.</param>
/// <param name="DeadUnits">Share of the units of layers with weights that are zero for every validation image.</param>
/// <param name="ElapsedSeconds">Seconds of training up to here, over all attempts.</param>
internal sealed record MetricPoint(int Step, double? TrainLoss, double? ValidationLoss, [property: Range(0, 1)] double DeadUnits, double ElapsedSeconds);
