using System.Diagnostics.Metrics;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Tells how many jobs there are of each status and how long the one that waits longest for a worker has waited. Counted in the store when
/// somebody asks, and then not again for some seconds; nothing is reported while the store is unavailable.
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
    private (Dictionary<JobStatus, long> Jobs, double OldestSeconds)? _counted;
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
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Jobs() =>
        Counted() is var (jobs, _)
            ? Enum.GetValues<JobStatus>()
                .Select(status => new Measurement<long>(
                    jobs.GetValueOrDefault(status),
                    new KeyValuePair<string, object?>("status", JsonConventions.Name(status))))
            : [];

    private IEnumerable<Measurement<double>> OldestSeconds() => Counted() is var (_, oldest) ? [new(oldest)] : [];

    private (Dictionary<JobStatus, long> Jobs, double OldestSeconds)? Counted()
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

    private async Task<(Dictionary<JobStatus, long> Jobs, double OldestSeconds)?> CountAsync()
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
            return (jobs, oldest is { } since ? Math.Max(0, (_time.GetUtcNow().UtcDateTime - since).TotalSeconds) : 0);
        }
        catch (Exception e) when (DbFaults.IsTransient(e) || e is OperationCanceledException)
        {
            return null;
        }
    }
}
