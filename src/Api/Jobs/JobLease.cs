using System.Diagnostics;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// A worker's right to run one job: valid as long as nobody has raised the fencing number since. Every write names that
/// number in its own condition, so a worker that has lost the job, knowingly or not, changes nothing. Beside the database's
/// word the worker has its own: once its clock has said that no renewal came through in time, it writes no more, though a renewal that was
/// under way may hold the job yet. What follows a write that was given up would otherwise be stored without it.
/// </summary>
/// <param name="requestedAt">When the worker asked for the lease, as <see cref="Stopwatch"/> counts: never later than the database gave
/// it.</param>
internal sealed class JobLease(Guid jobId, long fence, long requestedAt)
{
    public const int Seconds = 15;

    private long _requestedAt = requestedAt;
    private volatile bool _hasRunOut;

    public Guid JobId => jobId;

    public long Fence => fence;

    /// <summary>How long the lease surely holds if nobody takes it; once zero, always zero.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan remaining = TimeSpan.FromSeconds(Seconds) - Stopwatch.GetElapsedTime(Interlocked.Read(ref _requestedAt));
            if (remaining <= TimeSpan.Zero)
            {
                _hasRunOut = true;
            }

            return _hasRunOut ? TimeSpan.Zero : remaining;
        }
    }

    public bool HasRunOut => Remaining == TimeSpan.Zero;

    /// <summary>Takes a queued job, or null where somebody else has it, it waits for its data set, or it has ended.</summary>
    public static async Task<JobLease?> ClaimAsync(AppDbContext store, Guid jobId, CancellationToken token)
    {
        IQueryable<JobRow> waiting = store.Jobs.Where(job =>
            job.Id == jobId && job.Status == JobStatus.Queued && job.PendingDataset == null);
        long? fence = await waiting.Select(job => (long?)job.Fence).FirstOrDefaultAsync(token);
        if (fence is null)
        {
            return null;
        }

        FaultPoints.Pass("claim.before", jobId);
        long requestedAt = Stopwatch.GetTimestamp();
        int claimed = await waiting
            .Where(job => job.Fence == fence)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(job => job.Status, JobStatus.Running)
                    .SetProperty(job => job.Fence, job => job.Fence + 1)
                    .SetProperty(job => job.Attempt, job => job.Attempt + 1)
                    .SetProperty(job => job.ClaimsSinceStep, job => job.ClaimsSinceStep + 1)
                    .SetProperty(job => job.ClaimsSinceCheckpoint, job => job.ClaimsSinceCheckpoint + 1)
                    .SetProperty(job => job.StartedAt, job => job.StartedAt ?? AppDbContext.Now())
                    .SetProperty(job => job.LeaseUntil, job => AppDbContext.Now().AddSeconds(Seconds))
                    .SetProperty(job => job.Version, job => job.Version + 1),
                token);
        FaultPoints.Pass("claim.after", jobId);
        return claimed == 1 ? new JobLease(jobId, fence.Value + 1, requestedAt) : null;
    }

    /// <summary>
    /// What every write sets that takes a job from its worker or from the queue: the new status, and nothing left of the run.
    /// </summary>
    public static UpdateSettersBuilder<JobRow> LetGo(UpdateSettersBuilder<JobRow> set, JobStatus status, JobError? error) => set
        .SetProperty(job => job.Status, status)
        .SetProperty(job => job.Error, error)
        .SetProperty(job => job.EndedAt, job => status.IsTerminal() ? AppDbContext.Now() : null)
        .SetProperty(job => job.QueuedAt, job => status.IsTerminal() ? job.QueuedAt : AppDbContext.Now())
        .SetProperty(job => job.LeaseUntil, (DateTime?)null)
        .SetProperty(job => job.QueueEntry, (string?)null)
        .SetProperty(job => job.QueueCheckAt, (DateTime?)null)
        .SetProperty(job => job.StepsPerSecond, (double?)null)
        .SetProperty(job => job.Version, job => job.Version + 1);

    public void Renewed(long askedAt) => Interlocked.Exchange(ref _requestedAt, askedAt);

    /// <summary>The job's row, as long as this lease holds.</summary>
    public IQueryable<JobRow> Row(AppDbContext store) => store.Jobs.Where(
        job => job.Id == jobId && job.Fence == fence
            && (job.Status == JobStatus.Running || job.Status == JobStatus.Pausing || job.Status == JobStatus.Cancelling));
}
