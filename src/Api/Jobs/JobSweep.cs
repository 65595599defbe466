using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Every few seconds, and first of all at start, brings back what a dead worker or a lost queue entry has left: a running
/// job whose lease has run out is queued again, or ended where it has taken its workers with it; a cancelled one is ended;
/// a queued one without an entry gets a new entry, unless it waits for its data set. It also ends the experiments whose jobs have
/// ended. Of many processes one does it, whichever is the first once it is due.
/// A time in the store that lies further ahead than its own length counts as over: the clock was set back.
/// </summary>
internal sealed partial class JobSweep(
    IDbContextFactory<StoreContext> stores, JobQueue queue, ExperimentStore experiments, JobStorage storage, ILogger<JobSweep> logger) : BackgroundService
{
    public const int MaxClaimsWithoutStep = 3;
    public const int MaxClaimsWithoutCheckpoint = 10;

    private const int SecondsBetween = 2;
    private const int BatchSize = 100;
    private const int MaxBatches = 5;
    private const int MaxTaken = 10_000; // as many entries as there are workers, and those that dead ones have left
    private const int SecondsLate = 10; // beyond which no process has swept, or the clock was set ahead
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5); // an entry just taken has not claimed its job yet

    /// <summary>One sweep, where it is due.</summary>
    public async Task SweepAsync(CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        bool isOnTime = await store.Sweeps.AnyAsync(
            sweep => sweep.NextAt > StoreContext.Now().AddSeconds(-SecondsLate) && sweep.NextAt < StoreContext.Now(), token);
        int mine = await store.Sweeps
            .Where(sweep => sweep.Id == SweepRow.OnlyId
                && (sweep.NextAt < StoreContext.Now() || sweep.NextAt > StoreContext.Now().AddSeconds(SecondsBetween)))
            .ExecuteUpdateAsync(set => set.SetProperty(sweep => sweep.NextAt, sweep => StoreContext.Now().AddSeconds(SecondsBetween)), token);
        if (mine == 0)
        {
            return;
        }

        // The first round after a pause takes no job from its worker: the clock may have been set, and then workers that live renew
        // their leases by the new time before the next round.
        if (isOnTime)
        {
            await BringBackAsync(store, token);
        }

        await experiments.EndAsync(token);
        for (int batch = 0; batch < MaxBatches && await EnqueueAsync(store, token) == BatchSize; batch++)
        {
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(s_look, SweepAsync, e => Log.Failed(logger, e), stoppingToken);

    private async Task BringBackAsync(StoreContext store, CancellationToken token)
    {
        IQueryable<JobRow> stranded = store.Jobs.Where(
            job => job.LeaseUntil < StoreContext.Now() || job.LeaseUntil > StoreContext.Now().AddSeconds(JobLease.Seconds));
        IQueryable<JobRow> running = stranded.Where(job => job.Status == JobStatus.Running);
        int failed = await running.Where(job => job.ClaimsSinceStep >= MaxClaimsWithoutStep)
            .ExecuteUpdateAsync(Ended(JobStatus.Failed, JobErrors.WorkerLost($"{MaxClaimsWithoutStep} times in a row before its first step")), token);
        failed += await running.Where(job => job.ClaimsSinceCheckpoint >= MaxClaimsWithoutCheckpoint)
            .ExecuteUpdateAsync(Ended(JobStatus.Failed, JobErrors.WorkerLost($"{MaxClaimsWithoutCheckpoint} times in a row before its next checkpoint")), token);
        int queued = await running.ExecuteUpdateAsync(Ended(JobStatus.Queued, error: null), token);
        int cancelled = await stranded.Where(job => job.Status == JobStatus.Cancelling).ExecuteUpdateAsync(Ended(JobStatus.Cancelled, error: null), token);
        if (queued + cancelled + failed > 0)
        {
            Log.Stranded(logger, queued, cancelled, failed);
        }
    }

    private static Action<UpdateSettersBuilder<JobRow>> Ended(JobStatus status, JobError? error) =>
        set => JobLease.LetGo(set, status, error).SetProperty(job => job.Fence, job => job.Fence + 1);

    /// <summary>Gives the next queued jobs that are due for a look an entry where they have none.</summary>
    /// <returns>How many were looked at.</returns>
    private async Task<int> EnqueueAsync(StoreContext store, CancellationToken token)
    {
        var due = await store.Jobs
            .Where(job => job.Status == JobStatus.Queued && job.PendingDataset == null)
            .Where(job => job.QueueCheckAt == null || job.QueueCheckAt < StoreContext.Now()
                || job.QueueCheckAt > StoreContext.Now().AddSeconds(JobQueue.SecondsToTrust))
            .OrderBy(job => job.ClaimsSinceStep) // those that may have to wait last
            .ThenBy(job => job.Id)
            .Select(job => new { job.Id, job.QueueEntry, job.ClaimsSinceStep })
            .Take(BatchSize)
            .ToListAsync(token);
        if (due.Count == 0)
        {
            return 0;
        }

        using IStorageConnection connection = storage.GetConnection();
        var taken = storage.GetMonitoringApi().FetchedJobs(EnqueuedState.DefaultQueue, 0, MaxTaken).Select(entry => entry.Key).ToHashSet();
        var waiting = due.Where(job => IsWaiting(connection, taken, job.QueueEntry)).Select(job => job.Id).ToHashSet();
        await store.Jobs
            .Where(job => waiting.Contains(job.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.QueueCheckAt, job => StoreContext.Now().AddSeconds(JobQueue.SecondsToTrust)), token);
        foreach (var job in due.Where(job => !waiting.Contains(job.Id) && !queue.IsAboutToEnqueue(job.Id)))
        {
            if (job.ClaimsSinceStep == 0 || !await AnotherSuspectIsOutAsync(store, job.Id, token))
            {
                await queue.EnqueueAsync(store, job.Id, token);
            }
        }

        return due.Count;
    }

    /// <summary>Jobs whose workers died early run one at a time, so that the one that kills cannot take the others' tries with it.</summary>
    private static Task<bool> AnotherSuspectIsOutAsync(StoreContext store, Guid jobId, CancellationToken token) => store.Jobs.AnyAsync(
        job => job.Id != jobId
            && ((job.Status == JobStatus.Queued && job.ClaimsSinceStep > 0 && job.QueueEntry != null)
                || (job.Status == JobStatus.Running && job.ClaimsSinceStep > 1)),
        token);

    /// <param name="taken">Entries that some server has taken from the queue: one still in the state before was taken by a server that died at that moment.</param>
    private static bool IsWaiting(IStorageConnection connection, HashSet<string> taken, string? entry)
    {
        StateData? state = entry is null ? null : connection.GetStateData(entry);
        return (state?.Name == EnqueuedState.StateName && !taken.Contains(entry!))
            || (state?.Name == ProcessingState.StateName
                && (Hangfire.Common.JobHelper.DeserializeDateTime(state.Data["StartedAt"]) - DateTime.UtcNow).Duration() < s_grace);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The sweep failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Jobs of dead workers: {Queued} were queued again, {Cancelled} ended as cancelled, {Failed} as failed")]
        public static partial void Stranded(ILogger logger, int queued, int cancelled, int failed);
    }
}
