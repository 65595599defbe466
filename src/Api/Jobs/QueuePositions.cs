using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Hangfire;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// The places of all waiting jobs: in which order <see cref="KeyTurns"/> will claim them, and when, if each takes as long as its like did.
/// </summary>
internal sealed class QueuePositions(
    IDbContextFactory<AppDbContext> stores, DatasetCatalog datasets, JobStorage storage, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private volatile CachedPositions? _cached; // null before anybody has asked

    /// <summary>The job's place; null where it does not wait for a worker.</summary>
    public async Task<QueuePosition?> OfAsync(JobRow job, CancellationToken token) =>
        job.Status == JobStatus.Queued ? (await OfAsync([job], token)).GetValueOrDefault(job.Id) : null;

    /// <summary>The places of those of the jobs that wait.</summary>
    public async Task<IReadOnlyDictionary<Guid, QueuePosition?>> OfAsync(IReadOnlyCollection<JobRow> jobs, CancellationToken token)
    {
        JobRow[] queued = [.. jobs.Where(job => job.Status == JobStatus.Queued)];
        if (queued.Length == 0)
        {
            return new Dictionary<Guid, QueuePosition?>();
        }

        if (Current() is { } current)
        {
            return current;
        }

        await _oneAtATime.WaitAsync(token);
        try
        {
            if (Current() is { } meanwhile)
            {
                return meanwhile;
            }

            long now = time.GetTimestamp();
            Dictionary<Guid, QueuePosition?> positions = await ComputeAsync(token);
            _cached = new CachedPositions(positions, now);
            return positions;
        }
        finally
        {
            _oneAtATime.Release();
        }

        IReadOnlyDictionary<Guid, QueuePosition?>? Current() =>
            _cached is { } cached && time.GetElapsedTime(cached.At) < s_fresh
            && Array.TrueForAll(queued, job => cached.Positions.ContainsKey(job.Id))
                ? cached.Positions
                : null;
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<Dictionary<Guid, QueuePosition?>> ComputeAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<JobRow> jobs = await store.Jobs.AsNoTracking()
            .Where(job => job.Status == JobStatus.Queued || job.Status == JobStatus.Running)
            .OrderBy(job => job.Id)
            .ToListAsync(token);
        List<JobRow> ended = await store.Jobs.AsNoTracking()
            .Where(job => job.EndedAt != null && job.Status == JobStatus.Succeeded && job.Attempt == 1)
            .OrderByDescending(job => job.EndedAt)
            .Take(JobDurations.MaxJobs)
            .ToListAsync(token);
        Dictionary<string, long> turns = await store.KeyTurns.ToDictionaryAsync(key => key.Owner, key => key.Turn, token);
        DateTime now = await EventChanges.NowAsync(store, token);
        var sizes = new Dictionary<string, DatasetSize?>();
        foreach (string name in jobs.Concat(ended).Select(job => job.Dataset).Distinct())
        {
            sizes[name] = await datasets.SizeOfAsync(name, token);
        }

        var durations = new JobDurations(ended, sizes);
        int workers = storage.GetMonitoringApi().Servers().Sum(server => server.WorkersCount);
        IEnumerable<double?> running = jobs.Where(job => job.Status == JobStatus.Running).Select(job => durations.Remaining(job, now));
        Dictionary<Guid, QueuePosition?> positions = jobs
            .Where(job => job is { Status: JobStatus.Queued, PendingDataset: not null })
            .ToDictionary(job => job.Id, _ => (QueuePosition?)null);
        var workersFreeAt = new WorkerTimeline(workers, running);
        int ahead = 0;
        foreach (JobRow job in InTurn(jobs.Where(job => job is { Status: JobStatus.Queued, PendingDataset: null }), turns))
        {
            double? eta = workersFreeAt.Take(durations.Remaining(job, now));
            positions[job.Id] = new QueuePosition(ahead++, eta is { } seconds ? Math.Round(seconds, 1) : null);
        }

        return positions;
    }

    /// <summary>The order in which the jobs are claimed: one of each key, then the next of each.</summary>
    private static IEnumerable<JobRow> InTurn(IEnumerable<JobRow> queued, Dictionary<string, long> turns) => queued
        .GroupBy(job => job.Owner!)
        .SelectMany(key => key.OrderBy(job => job.Id).Select((job, round) => (job, round, turn: turns.GetValueOrDefault(key.Key), key.Key)))
        .OrderBy(each => each.round).ThenBy(each => each.turn).ThenBy(each => each.Key, StringComparer.Ordinal)
        .Select(each => each.job);

    private sealed record CachedPositions(IReadOnlyDictionary<Guid, QueuePosition?> Positions, long At);
}
