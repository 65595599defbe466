using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Enqueues queued jobs again whose queue entry is missing, unless they wait for their data set.</summary>
internal sealed class QueueRepair(JobQueue queue, JobStorage storage)
{
    private const int BatchSize = 100;
    private const int MaxBatches = 5;
    private const int MaxTaken = 10_000; // as many entries as there are workers, and those that dead ones have left
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5); // an entry just taken has not claimed its job yet

    public async Task RepairAsync(AppDbContext store, CancellationToken token)
    {
        for (int batch = 0; batch < MaxBatches && await RepairBatchAsync(store, token) == BatchSize; batch++)
        {
        }
    }

    /// <summary>Enqueues the next queued jobs that are due for a check and have no entry.</summary>
    /// <returns>How many were checked.</returns>
    private async Task<int> RepairBatchAsync(AppDbContext store, CancellationToken token)
    {
        var due = await store.Jobs
            .Where(job => job.Status == JobStatus.Queued && job.PendingDataset == null)
            .Where(job => job.QueueCheckAt == null || job.QueueCheckAt < AppDbContext.Now()
                || job.QueueCheckAt > AppDbContext.Now().AddSeconds(JobQueue.SecondsToTrust))
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
        await store
            .Jobs.Where(job => waiting.Contains(job.Id))
            .ExecuteUpdateAsync(
                set => set.SetProperty(job => job.QueueCheckAt, job => AppDbContext.Now().AddSeconds(JobQueue.SecondsToTrust)),
                token);
        foreach (var job in due.Where(job => !waiting.Contains(job.Id) && !queue.IsAboutToEnqueue(job.Id)))
        {
            if (job.ClaimsSinceStep == 0 || !await AnotherSuspectIsOutAsync(store, job.Id, token))
            {
                await queue.EnqueueAsync(store, job.Id, token);
            }
        }

        return due.Count;
    }

    /// <summary>
    /// Jobs whose workers died early run one at a time, so that the one that kills cannot take the others' tries with
    /// it.
    /// </summary>
    private static Task<bool> AnotherSuspectIsOutAsync(AppDbContext store, Guid jobId, CancellationToken token) =>
        store.Jobs.AnyAsync(
            job =>
                job.Id != jobId
                && (
                    (job.Status == JobStatus.Queued && job.ClaimsSinceStep > 0 && job.QueueEntry != null)
                    || (job.Status == JobStatus.Running && job.ClaimsSinceStep > 1)),
            token);

    /// <param name="taken">Entries that some server has taken from the queue: one still in the state before was taken by a server that died
    /// at that moment.</param>
    private static bool IsWaiting(IStorageConnection connection, HashSet<string> taken, string? entry)
    {
        StateData? state = entry is null ? null : connection.GetStateData(entry);
        return (state?.Name == EnqueuedState.StateName && !taken.Contains(entry!))
            || (state?.Name == ProcessingState.StateName
                && (Hangfire.Common.JobHelper.DeserializeDateTime(state.Data["StartedAt"]) - DateTime.UtcNow).Duration() < s_grace);
    }
}
