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

    /// <summary>Takes a queued job, and with it the turn of its key; null where the job has changed since it was read.</summary>
    /// <param name="entry">
    /// The entry of Hangfire's queue that the worker has taken, and the job that it was made for; null without one.
    /// </param>
    public static async Task<JobLease?> ClaimAsync(
        AppDbContext store, JobRow job, (string Id, Guid MadeFor)? entry, CancellationToken token)
    {
        FaultPoints.Pass("claim.before", job.Id);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        long requestedAt = Stopwatch.GetTimestamp();
        int claimed = await store.Jobs
            .Where(row => row.Id == job.Id && row.Fence == job.Fence && row.Status == JobStatus.Queued && row.PendingDataset == null)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(row => row.Status, JobStatus.Running)
                    .SetProperty(row => row.Fence, row => row.Fence + 1)
                    .SetProperty(row => row.Attempt, row => row.Attempt + 1)
                    .SetProperty(row => row.ClaimsSinceStep, row => row.ClaimsSinceStep + 1)
                    .SetProperty(row => row.ClaimsSinceCheckpoint, row => row.ClaimsSinceCheckpoint + 1)
                    .SetProperty(row => row.StartedAt, row => row.StartedAt ?? AppDbContext.Now())
                    .SetProperty(row => row.LeaseUntil, row => AppDbContext.Now().AddSeconds(Seconds))
                    .SetProperty(row => row.QueueEntry, row => entry == null ? row.QueueEntry : entry.Value.Id)
                    .SetProperty(row => row.Version, row => row.Version + 1),
                token);
        if (claimed == 0)
        {
            return null;
        }

        await KeyTurns.PassAsync(store, job.Owner, token);
        await transaction.CommitAsync(token);
        if (entry is { } taken && taken.MadeFor != job.Id)
        {
            // The job that the entry was made for waits on, by the entry of the job that is claimed. Outside the transaction, so that no
            // two workers wait for one another's rows.
            await store.Jobs.Where(row => row.Id == taken.MadeFor && row.Status == JobStatus.Queued && row.QueueEntry == taken.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.QueueEntry, job.QueueEntry), token);
        }

        FaultPoints.Pass("claim.after", job.Id);
        return new JobLease(job.Id, job.Fence + 1, requestedAt);
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
