using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Deletes expired tickets at start and every hour and, where <see cref="StoreOptions.RetentionDays"/> is set, the jobs and experiments
/// that ended longer ago. A tag on one of their checkpoints keeps them, and so does a job that has not ended; an experiment goes as a
/// whole. Any number of processes may do it at once.
/// </summary>
internal sealed partial class Retention(
    IDbContextFactory<AppDbContext> stores, IOptions<StoreOptions> options, ILogger<Retention> logger) : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly TimeSpan s_between = TimeSpan.FromHours(1);

    /// <summary>Deletes the tickets that have expired by the database's clock.</summary>
    public async Task DeleteTicketsAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await store.Tickets.Where(row => row.ExpiresAt < AppDbContext.Now()).ExecuteDeleteAsync(token);
    }

    /// <summary>Deletes the jobs and experiments that ended longer ago.</summary>
    public async Task DeleteAsync(double keepDays, CancellationToken token)
    {
        double seconds = TimeSpan.FromDays(keepDays).TotalSeconds;
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        int experiments = await DeleteAsync(
            store
                .DeletableExperiments()
                .Where(row => row.EndedAt < AppDbContext.Now().AddSeconds(-seconds))
                .OrderBy(row => row.Id)
                .Select(row => row.Id),
            id => store.DeletableExperiments().Where(row => row.Id == id).TryDeleteAsync(token),
            token);
        int jobs = await DeleteAsync(
            store
                .DeletableJobs()
                .Where(row => row.ExperimentId == null && row.EndedAt < AppDbContext.Now().AddSeconds(-seconds))
                .OrderBy(row => row.Id)
                .Select(row => row.Id),
            id => store.DeletableJobs().Where(row => row.Id == id).TryDeleteAsync(token),
            token);
        if (experiments + jobs > 0)
        {
            Log.Deleted(logger, jobs, experiments, keepDays);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RunAsync(s_between, SweepAsync, e => Log.Failed(logger, e), stoppingToken);

    private async Task SweepAsync(CancellationToken token)
    {
        await DeleteTicketsAsync(token);
        if (options.Value.RetentionDays is { } days)
        {
            await DeleteAsync(days, token);
        }
    }

    /// <summary>One at a time, so that other writers wait for no more than that.</summary>
    /// <returns>How many were deleted.</returns>
    private static async Task<int> DeleteAsync(IQueryable<Guid> due, Func<Guid, Task<bool>> delete, CancellationToken token)
    {
        for (int all = 0; ;)
        {
            List<Guid> ids = await due.Take(BatchSize).ToListAsync(token);
            int deleted = 0;
            foreach (Guid id in ids)
            {
                deleted += await delete(id) ? 1 : 0;
            }

            all += deleted;
            if (deleted < BatchSize)
            {
                return all;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old jobs or tickets could not be deleted; it will be tried again in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Deleted {Jobs} jobs and {Experiments} experiments that ended more than {Days} days ago")]
        public static partial void Deleted(ILogger logger, int jobs, int experiments, double days);
    }
}
