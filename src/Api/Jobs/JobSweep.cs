using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Every few seconds, and first of all at start, brings back what a dead worker or a lost queue entry has left: a running
/// job whose lease has run out is queued again, a cancelled one ended, and a queued one without an entry gets a new entry.
/// </summary>
internal sealed partial class JobSweep(
    IDbContextFactory<StoreContext> stores, JobQueue queue, JobStorage storage, ILogger<JobSweep> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5); // an entry just taken has not claimed its job yet

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_pause);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, e); // the store is away; the next round tries again
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SweepAsync(CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        int stranded = await store.Jobs
            .Where(job => job.Status == JobStatus.Running && job.LeaseUntil < DateTime.UtcNow)
            .ExecuteUpdateAsync(Ended(JobStatus.Queued, endedAt: false), token);
        int cancelled = await store.Jobs
            .Where(job => job.Status == JobStatus.Cancelling && job.LeaseUntil < DateTime.UtcNow)
            .ExecuteUpdateAsync(Ended(JobStatus.Cancelled, endedAt: true), token);
        if (stranded + cancelled > 0)
        {
            Log.Stranded(logger, stranded, cancelled);
        }

        using IStorageConnection connection = storage.GetConnection();
        var queued = await store.Jobs
            .Where(job => job.Status == JobStatus.Queued)
            .OrderBy(job => job.Id)
            .Select(job => new { job.Id, job.QueueEntry })
            .ToListAsync(token);
        foreach (var job in queued.Where(job => !IsWaiting(connection, job.QueueEntry)))
        {
            await queue.EnqueueAsync(store, job.Id, token);
        }
    }

    private static Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<JobRow>> Ended(JobStatus status, bool endedAt) => set =>
    {
        set.SetProperty(job => job.Status, status)
            .SetProperty(job => job.LeaseUntil, (DateTime?)null)
            .SetProperty(job => job.Fence, job => job.Fence + 1)
            .SetProperty(job => job.Version, job => job.Version + 1);
        if (endedAt)
        {
            set.SetProperty(job => job.EndedAt, job => DateTime.UtcNow);
        }
    };

    private static bool IsWaiting(IStorageConnection connection, string? entry)
    {
        StateData? state = entry is null ? null : connection.GetStateData(entry);
        return state?.Name == EnqueuedState.StateName
            || (state?.Name == ProcessingState.StateName
                && Hangfire.Common.JobHelper.DeserializeDateTime(state.Data["StartedAt"]) > DateTime.UtcNow - s_grace);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The sweep failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{Queued} jobs of dead workers were queued again, {Cancelled} were ended as cancelled")]
        public static partial void Stranded(ILogger logger, int queued, int cancelled);
    }
}
