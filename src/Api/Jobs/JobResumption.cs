using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>A job after a request to resume or to extend it.</summary>
/// <param name="IsEnqueued">Whether the request has put it into the queue.</param>
internal sealed record ResumedJob(JobRow Job, bool IsEnqueued);

/// <summary>
/// Puts a job that was stopped into the queue again, as it is or with more steps. It goes on from its newest checkpoint, or begins at 0
/// where it has none.
/// </summary>
internal sealed class JobResumption(
    IDbContextFactory<AppDbContext> stores,
    DatasetCatalog datasets,
    BuiltInDatasets builtIn,
    CheckpointStore checkpoints,
    JobQueue queue,
    QueueLimiter places,
    JobLimits bounds,
    JobChangeNotifier notifier)
{
    private const string HasFailed =
        "The job has failed, and would fail again. See its error, then POST /v1/training-jobs with other settings.";

    private static readonly JobStatus[] s_extendable = [JobStatus.Queued, JobStatus.Paused, JobStatus.Cancelled, JobStatus.Succeeded];

    /// <summary>Resumes a paused or cancelled job. A job that waits or runs stays as it is.</summary>
    public Task<Result<ResumedJob, ProblemHttpResult>> ResumeAsync(Guid id, CancellationToken token) => AttemptAsync(
        id,
        job => job.Status switch
        {
            JobStatus.Queued or JobStatus.Running => Task.FromResult<Result<ResumedJob, ProblemHttpResult>?>(new ResumedJob(job, false)),
            JobStatus.Pausing => UnpauseAsync(job, token),
            JobStatus.Paused or JobStatus.Cancelled => EnqueueAsync(job, job.Settings, rescheduledAt: null, token),
            JobStatus.Cancelling => Refused(
                $"The job is being cancelled. POST {JobLinks.Of(id).Resume} again once its status is cancelled."),
            JobStatus.Succeeded => Refused(
                $"The job has done all its {job.Settings.Steps} steps. POST {JobLinks.Of(id).Extend} for more."),
            _ => Refused(HasFailed),
        },
        token);

    /// <summary>Gives a job that does not run more steps, and enqueues it.</summary>
    public Task<Result<ResumedJob, ProblemHttpResult>> ExtendAsync(Guid id, ExtendJobRequest request, CancellationToken token) =>
        AttemptAsync(id, job => ExtendAsync(job, request, token), token);

    private static Task<Result<ResumedJob, ProblemHttpResult>?> Refused(string reason) =>
        Task.FromResult<Result<ResumedJob, ProblemHttpResult>?>(Problems.Conflict(reason));

    /// <param name="attempt">Null where the job has changed at that moment.</param>
    private async Task<Result<ResumedJob, ProblemHttpResult>> AttemptAsync(
        Guid id, Func<JobRow, Task<Result<ResumedJob, ProblemHttpResult>?>> attempt, CancellationToken token)
    {
        while (await FindAsync(id, token) is { } job)
        {
            if (await attempt(job) is { } outcome)
            {
                return outcome;
            }
        }

        return Problems.JobNotFound(id);
    }

    private async Task<JobRow?> FindAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.TrainingJobs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token);
    }

    /// <summary>Takes a request to pause back. A worker that has begun to stop gives the job to the queue.</summary>
    private async Task<Result<ResumedJob, ProblemHttpResult>?> UnpauseAsync(JobRow job, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        int updated = await Unchanged(store, job).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, JobStatus.Running).SetProperty(row => row.Version, row => row.Version + 1), token);
        notifier.Notify();
        if (updated == 1 && await FindAsync(job.Id, token) is { } resumed)
        {
            return new ResumedJob(resumed, true);
        }

        return null;
    }

    private async Task<Result<ResumedJob, ProblemHttpResult>?> ExtendAsync(JobRow job, ExtendJobRequest request, CancellationToken token)
    {
        if (!s_extendable.Contains(job.Status))
        {
            return Problems.Conflict(
                job.Status == JobStatus.Failed
                    ? HasFailed
                    : $"The job is {JsonConventions.Name(job.Status)}. POST {JobLinks.Of(job.Id).Pause} first, and extend it once it is "
                        + "paused.");
        }

        LearningRateSchedule schedule = request.LearningRateSchedule ?? job.Settings.LearningRateSchedule;
        TrainingSettings settings = job.Settings with { Steps = request.Steps ?? 0, LearningRateSchedule = schedule };
        if (await ViolationsAsync(job, request, settings, token) is { Count: > 0 } violations)
        {
            return Problems.Invalid(violations);
        }

        if (request.LearningRateSchedule is null && schedule == LearningRateSchedule.Cosine)
        {
            return Problems.Conflict(
                $"The job's learning rate falls to 0 along a cosine over {job.Settings.Steps} steps: a run of {settings.Steps} steps would "
                + "have had another rate at every step. Send learningRateSchedule too, and the job goes on under that from its newest "
                + "checkpoint; or POST /v1/training-jobs for a run of its own."
            );
        }

        bool isRescheduled = schedule == LearningRateSchedule.Cosine || job.Settings.LearningRateSchedule != schedule;
        return await EnqueueAsync(job, settings, isRescheduled ? await FirstStepAsync(job, settings, token) : null, token);
    }

    private async Task<Dictionary<string, string>> ViolationsAsync(
        JobRow job, ExtendJobRequest request, TrainingSettings settings, CancellationToken token)
    {
        const string field = "steps";
        if (request.Steps is not { } steps || steps <= job.Settings.Steps)
        {
            return new() { [field] = $"is the new total, more than the job's {job.Settings.Steps}." };
        }

        Dictionary<string, string> violations = new(TrainingSettingsValidator.Validate(settings));
        if (violations.Count == 0 && await datasets.SizeOfAsync(settings.Dataset, token) is { } size)
        {
            violations = bounds.Violations(new PlannedJob(job.Name, settings, job.Film), size);
        }

        // The other fields are the job's own, and not for this request to change.
        return violations.Count == 0 ? violations : new()
        {
            [field] = string.Join(" ", violations.Select(rule => rule.Key == field ? rule.Value : $"{rule.Key} {rule.Value}")),
        };
    }

    /// <summary>The step that the job goes on from.</summary>
    private async Task<int> FirstStepAsync(JobRow job, TrainingSettings settings, CancellationToken token)
    {
        foreach (CheckpointRow row in await checkpoints.OfJobAsync(job.Id, token))
        {
            if ((await checkpoints.LoadAsync(row, token)).TryGet(out Checkpoint? checkpoint, out _)
                && checkpoint.Under(settings) is not null)
            {
                return row.Step;
            }
        }

        return 0;
    }

    /// <summary>Gives a job that does not run these settings and puts it into the queue, within one transaction.</summary>
    /// <param name="rescheduledAt">The step from which on the schedule is another than before; null where it is the same.</param>
    /// <returns>Null where the job has changed meanwhile.</returns>
    private async Task<Result<ResumedJob, ProblemHttpResult>?> EnqueueAsync(
        JobRow job, TrainingSettings settings, int? rescheduledAt, CancellationToken token)
    {
        if (await ChangedDataAsync(job, token) is { } changed)
        {
            return changed;
        }

        var planned = new PlannedJob(job.Name, settings, job.Film);
        double bytes = job.Status.IsTerminal() ? planned.Bytes : planned.Bytes - (planned with { Settings = job.Settings }).Bytes;
        int jobs = job.Status == JobStatus.Queued ? 0 : 1;
        if (!(await places.TakeAsync(job.Owner!, jobs, bytes, token)).TryGet(out QueueLimiter.Places? place, out ProblemHttpResult? full))
        {
            return full;
        }

        using (place)
        {
            await using AppDbContext store = await stores.CreateDbContextAsync(token);
            await using var transaction = await store.Database.BeginTransactionAsync(token);
            FetchRequest data = builtIn.IsHere(settings.Dataset)
                ? FetchRequest.Stored
                : await JobInsertion.TakeDatasetAsync(store, settings.Dataset, token);
            if (data == FetchRequest.Refused)
            {
                return await TrainingJobRules.CheckDatasetsAsync([settings], datasets, token)
                    ?? Problems.Invalid("dataset", TrainingJobRules.NoDataset);
            }

            string[] warnings = rescheduledAt is { } step
                ? [.. job.Warnings, $"Extended to {settings.Steps} steps under another schedule from step {step} on: no run from the start "
                    + "has these weights."]
                : job.Warnings;
            int updated = await Unchanged(store, job).ExecuteUpdateAsync(
                set => JobLease.LetGo(set, JobStatus.Queued, error: null)
                    .SetProperty(row => row.Settings, settings)
                    .SetProperty(row => row.RescheduledAt, row => rescheduledAt ?? row.RescheduledAt)
                    .SetProperty(row => row.Warnings, warnings)
                    .SetProperty(row => row.Losses.Test, (double?)null)
                    .SetProperty(row => row.PendingDataset, data == FetchRequest.Pending ? settings.Dataset : null)
                    .SetProperty(row => row.ClaimsSinceStep, 0)
                    .SetProperty(row => row.ClaimsSinceCheckpoint, 0)
                    .SetProperty(row => row.FaultStep, (int?)null),
                token);
            if (updated == 0)
            {
                return null;
            }

            await store.Experiments.Where(row => row.Id == job.ExperimentId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, (DateTime?)null), token);
            await transaction.CommitAsync(token);
            notifier.Notify();
            if (data != FetchRequest.Pending)
            {
                queue.Offer(job.Id);
            }
        }

        if (await FindAsync(job.Id, token) is { } enqueued)
        {
            return new ResumedJob(enqueued, jobs == 1);
        }

        return null;
    }

    /// <summary>The problem where the data set is no longer the one that the job has trained on; else null.</summary>
    private async Task<ProblemHttpResult?> ChangedDataAsync(JobRow job, CancellationToken token)
    {
        string? recorded = (await checkpoints.OfJobAsync(job.Id, token)).Select(row => row.DatasetSha256).FirstOrDefault();
        return recorded is not null && await datasets.Sha256Async(job.Dataset, token) is { } current && current != recorded
            ? Problems.Conflict(
                $"The data set {job.Dataset} has other images by now than the job has trained on (sha256 {recorded}). PUT those again, or "
                + "POST /v1/training-jobs for a run of its own."
            )
            : null;
    }

    private static IQueryable<JobRow> Unchanged(AppDbContext store, JobRow job) => store.Jobs.Where(
        row => row.Id == job.Id && row.Status == job.Status && row.Version == job.Version);
}
