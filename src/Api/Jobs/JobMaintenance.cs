using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Every few seconds, and first of all at start: releases expired leases, completes finished experiments and repairs the queue.
/// Of many processes one does a round, whichever is the first once it is due.
/// </summary>
internal sealed partial class JobMaintenance(
    IDbContextFactory<AppDbContext> stores,
    ExpiredLeases leases,
    ExperimentStore experiments,
    QueueRepair queue,
    ILogger<JobMaintenance> logger
) : BackgroundService
{
    private const int SecondsBetween = 2;
    private const int SecondsLate = 10; // beyond which no process has swept, or the clock was set ahead
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>One round, where it is due.</summary>
    public async Task MaintainAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        bool isOnTime = await store.Sweeps.AnyAsync(
            sweep => sweep.NextAt > AppDbContext.Now().AddSeconds(-SecondsLate) && sweep.NextAt < AppDbContext.Now(),
            token);
        int mine = await store
            .Sweeps.Where(sweep =>
                sweep.Id == SweepRow.OnlyId
                && (sweep.NextAt < AppDbContext.Now() || sweep.NextAt > AppDbContext.Now().AddSeconds(SecondsBetween)))
            .ExecuteUpdateAsync(
                set => set.SetProperty(sweep => sweep.NextAt, sweep => AppDbContext.Now().AddSeconds(SecondsBetween)),
                token);
        if (mine == 0)
        {
            return;
        }

        // The first round after a pause takes no job from its worker: the clock may have been set, and then workers that live renew
        // their leases by the new time before the next round.
        if (isOnTime)
        {
            await leases.ReleaseAsync(store, token);
        }

        await experiments.EndAsync(token);
        await queue.RepairAsync(store, token);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RunAsync(s_interval, MaintainAsync, e => Log.Failed(logger, e), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The maintenance of the jobs failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
