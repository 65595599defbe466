using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Requeues running jobs whose lease has expired, ends those that have lost too many workers, and pauses or cancels those that were being
/// paused or cancelled.
/// A lease that ends later than its own length from now counts as expired: the clock was set back.
/// </summary>
internal sealed partial class ExpiredLeases(ILogger<ExpiredLeases> logger)
{
    public const int MaxClaimsWithoutStep = 3;
    public const int MaxClaimsWithoutCheckpoint = 10;

    public async Task ReleaseAsync(AppDbContext store, CancellationToken token)
    {
        IQueryable<JobRow> expired = store.Jobs.Where(
            job => job.LeaseUntil < AppDbContext.Now() || job.LeaseUntil > AppDbContext.Now().AddSeconds(JobLease.Seconds));
        IQueryable<JobRow> running = expired.Where(job => job.Status == JobStatus.Running);
        int failed = await running
            .Where(job => job.ClaimsSinceStep >= MaxClaimsWithoutStep)
            .ExecuteUpdateAsync(
                Ended(JobStatus.Failed, JobErrors.WorkerLost($"{MaxClaimsWithoutStep} times in a row before its first step")),
                token);
        failed += await running
            .Where(job => job.ClaimsSinceCheckpoint >= MaxClaimsWithoutCheckpoint)
            .ExecuteUpdateAsync(
                Ended(JobStatus.Failed, JobErrors.WorkerLost($"{MaxClaimsWithoutCheckpoint} times in a row before its next checkpoint")),
                token);
        int queued = await running.ExecuteUpdateAsync(Ended(JobStatus.Queued, error: null), token);
        int paused = await expired
            .Where(job => job.Status == JobStatus.Pausing)
            .ExecuteUpdateAsync(Ended(JobStatus.Paused, error: null), token);
        int cancelled = await expired
            .Where(job => job.Status == JobStatus.Cancelling)
            .ExecuteUpdateAsync(Ended(JobStatus.Cancelled, error: null), token);
        if (queued + paused + cancelled + failed > 0)
        {
            Log.Released(logger, queued, paused, cancelled, failed);
        }
    }

    private static Action<UpdateSettersBuilder<JobRow>> Ended(JobStatus status, JobError? error) =>
        set => JobLease.LetGo(set, status, error).SetProperty(job => job.Fence, job => job.Fence + 1);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Expired leases of dead workers: {Queued} jobs were requeued, {Paused} paused, {Cancelled} cancelled, {Failed} failed"
        )]
        public static partial void Released(ILogger logger, int queued, int paused, int cancelled, int failed);
    }
}
