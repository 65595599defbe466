using System.Collections.Concurrent;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Wakes whoever waits for news of a job. All waiters share one query: it runs at once when this process has written to a
/// job, and four times a second for what other processes write; while nobody waits it does not run at all.
/// </summary>
internal sealed partial class JobChangeNotifier(
    IDbContextFactory<AppDbContext> stores, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<JobChangeNotifier> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20); // between two looks, however much is written

    private readonly ConcurrentDictionary<Waiter, bool> _waiters = new();
    private readonly SemaphoreSlim _wake = new(0);
    private TaskCompletionSource _notice = NewNotice();

    /// <summary>Completes when something is next written to a job in this process.</summary>
    public Task Notice => _notice.Task;

    /// <summary>Says that something was written to a job in this process.</summary>
    public void Notify()
    {
        _wake.Release();
        Interlocked.Exchange(ref _notice, NewNotice()).TrySetResult();
    }

    /// <summary>Returns when the job is gone or no longer of that version, when the time is up, or when the service stops.</summary>
    public async Task WaitForChangeAsync(Guid job, long version, TimeSpan atMost, CancellationToken token)
    {
        var waiter = new Waiter(job, version);
        _waiters[waiter] = true;
        _wake.Release();
        try
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(token, lifetime.ApplicationStopping);
            await Task.WhenAny(waiter.Changed.Task, Task.Delay(atMost, time, over.Token));
            await over.CancelAsync();
        }
        finally
        {
            _waiters.TryRemove(waiter, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _wake.WaitAsync(stoppingToken);
            while (!_waiters.IsEmpty)
            {
                await LookAsync(stoppingToken);
                await Task.Delay(s_pollInterval, stoppingToken);
                await _wake.WaitAsync(s_interval, stoppingToken);
                Drain();
            }

            Drain();
        }

        void Drain()
        {
            while (_wake.Wait(0, CancellationToken.None))
            {
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    private static TaskCompletionSource NewNotice() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LookAsync(CancellationToken token)
    {
        try
        {
            Waiter[] waiters = [.. _waiters.Keys];
            Guid[] watched = [.. waiters.Select(waiter => waiter.Job).Distinct()];
            await using AppDbContext store = await stores.CreateDbContextAsync(token);
            Dictionary<Guid, long> versions = await store
                .Jobs.Where(job => watched.Contains(job.Id))
                .ToDictionaryAsync(job => job.Id, job => job.Version, token);
            foreach (
                Waiter waiter in waiters.Where(waiter => !versions.TryGetValue(waiter.Job, out long version) || version != waiter.Version))
            {
                waiter.Changed.TrySetResult();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(logger, e); // the store is unavailable; the next look tries again, and the waiters' own time limits hold
        }
    }

    /// <summary>A class, not a record: two who wait for the same are still two.</summary>
    private sealed class Waiter(Guid job, long version)
    {
        public Guid Job { get; } = job;

        public long Version { get; } = version;

        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Looking for changes of jobs failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
