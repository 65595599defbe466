using System.Diagnostics.Metrics;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Tells how many jobs there are of each status, how long the one that waits longest for a worker has waited, and each key's share. Counted
/// in the store when somebody asks, and then not again for some seconds; nothing is reported while the store is unavailable.
/// </summary>
internal sealed class JobMetrics : IDisposable
{
    public const string MeterName = "AutoencoderApi.Jobs";

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    private readonly IDbContextFactory<AppDbContext> _stores;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Lock _lock = new();
    private Counts? _counted;
    private long? _countedAt;

    public JobMetrics(IDbContextFactory<AppDbContext> stores, TimeProvider time)
    {
        (_stores, _time) = (stores, time);
        _meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        _meter.CreateObservableGauge(
            "autoencoder.jobs",
            Jobs,
            "{job}",
            "Jobs in the store, by status. Every process on one store tells the same.");
        _meter.CreateObservableGauge(
            "autoencoder.queue.age",
            OldestSeconds,
            "s",
            "How long the job that waits longest for a worker has waited; 0 where none waits.");
        _meter.CreateObservableGauge(
            "autoencoder.queue.jobs",
            () => OfKeys(counts => counts.Waiting),
            "{job}",
            "Jobs of each key that wait for a worker.");
        _meter.CreateObservableCounter(
            "autoencoder.queue.claims",
            () => OfKeys(counts => counts.Claims),
            "{job}",
            "Jobs of each key that workers have claimed: its share of the workers.");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Jobs() =>
        Counted() is { Jobs: var jobs }
            ? Enum.GetValues<JobStatus>()
                .Select(status => new Measurement<long>(
                    jobs.GetValueOrDefault(status),
                    new KeyValuePair<string, object?>("status", JsonConventions.Name(status))))
            : [];

    private IEnumerable<Measurement<double>> OldestSeconds() => Counted() is { OldestSeconds: var oldest } ? [new(oldest)] : [];

    private IEnumerable<Measurement<long>> OfKeys(Func<Counts, Dictionary<string, long>> ofKeys) => Counted() is { } counts
        ? ofKeys(counts).Select(key => new Measurement<long>(key.Value, new KeyValuePair<string, object?>("key", key.Key)))
        : [];

    private Counts? Counted()
    {
        lock (_lock)
        {
            if (_countedAt is not { } at || _time.GetElapsedTime(at) > s_fresh)
            {
                _counted = CountAsync().GetAwaiter().GetResult(); // instruments are asked without await
                _countedAt = _time.GetTimestamp();
            }

            return _counted;
        }
    }

    private async Task<Counts?> CountAsync()
    {
        using var timeout = new CancellationTokenSource(s_timeout, _time);
        try
        {
            await using AppDbContext store = await _stores.CreateDbContextAsync(timeout.Token);
            Dictionary<JobStatus, long> jobs = await store.Jobs.GroupBy(job => job.Status)
                .Select(jobs => new { Status = jobs.Key, Count = jobs.LongCount() })
                .ToDictionaryAsync(jobs => jobs.Status, jobs => jobs.Count, timeout.Token);
            DateTime? oldest = await store.Jobs.Where(job => job.Status == JobStatus.Queued && job.PendingDataset == null)
                .MinAsync(job => job.QueuedAt ?? (DateTime?)job.CreatedAt, timeout.Token);
            Dictionary<string, long> claims = await store.KeyTurns.ToDictionaryAsync(key => key.Owner, key => key.Claims, timeout.Token);
            Dictionary<string, long> waiting = await store.Jobs
                .Where(job => job.Status == JobStatus.Queued && job.PendingDataset == null)
                .GroupBy(job => job.Owner!)
                .Select(jobs => new { Owner = jobs.Key, Count = jobs.LongCount() })
                .ToDictionaryAsync(jobs => jobs.Owner, jobs => jobs.Count, timeout.Token);
            return new Counts(
                jobs,
                oldest is { } since ? Math.Max(0, (_time.GetUtcNow().UtcDateTime - since).TotalSeconds) : 0,
                claims.Keys.ToDictionary(owner => owner, owner => waiting.GetValueOrDefault(owner)),
                claims);
        }
        catch (Exception e) when (DbFaults.IsTransient(e) || e is OperationCanceledException)
        {
            return null;
        }
    }

    /// <param name="Waiting">By key.</param>
    /// <param name="Claims">By key.</param>
    private sealed record Counts(
        Dictionary<JobStatus, long> Jobs, double OldestSeconds, Dictionary<string, long> Waiting, Dictionary<string, long> Claims);
}
