using System.Diagnostics;
using System.Net.ServerSentEvents;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Tells all readers of all events what happens. The store is read once for all of them: at once when this process has written to a job,
/// and four times a second for what other processes write; while nobody reads it is not read at all.
/// </summary>
internal sealed partial class EventFeed(
    IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier, IHostApplicationLifetime lifetime, ILogger<EventFeed> logger)
    : BackgroundService
{
    private const int PausePerWork = 10; // of the time, a tenth at most is spent on reading
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20); // between two rounds, however much is written

    private readonly SemaphoreSlim _turn = new(1); // of a round, and of a reader that joins between two
    private readonly SemaphoreSlim _joined = new(0);
    private readonly Lock _lock = new();
    private readonly HashSet<EventReader> _readers = [];
    private EventChanges? _changes; // null while nobody reads

    /// <summary>A reader that gets all that happens from now on; to be disposed of.</summary>
    public async Task<EventReader> JoinAsync(CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            _changes ??= await BeginAsync(token);
            var reader = new EventReader(_changes.Told.Copy(), Leave, lifetime.ApplicationStopping);
            lock (_lock)
            {
                _readers.Add(reader);
            }

            _joined.Release();
            return reader;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
        _joined.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _joined.WaitAsync(stoppingToken);
            while (await RoundAsync(stoppingToken) is { } pause)
            {
                Task notice = notifier.Notice;
                await Task.Delay(s_pollInterval, stoppingToken);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(notice, Task.Delay(pause, over.Token));
                await over.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <returns>How long to wait for a notice until the next round; null where nobody reads any more.</returns>
    private async Task<TimeSpan?> RoundAsync(CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            EventReader[] readers = Readers();
            if (readers.Length == 0)
            {
                _changes = null;
                return null;
            }

            long begun = Stopwatch.GetTimestamp();
            await TellAsync(readers, token);
            return TimeSpan.FromTicks(Math.Max(s_interval.Ticks, PausePerWork * Stopwatch.GetElapsedTime(begun).Ticks));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(logger, e); // the store is unavailable; the next round tries again
            return s_interval;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TellAsync(EventReader[] readers, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await _changes!.NextAsync(store, token) is { } events)
        {
            foreach (SseItem<object> happened in events)
            {
                Array.ForEach(readers, reader => reader.Add(happened));
            }
        }
        else
        {
            Array.ForEach(readers, reader => reader.End()); // they come again, and catch up from the id of their last event
            Array.ForEach(readers, Leave);
            _changes = null;
        }
    }

    private async Task<EventChanges> BeginAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await EventChanges.BeginAsync(store, token);
    }

    private EventReader[] Readers()
    {
        lock (_lock)
        {
            return [.. _readers];
        }
    }

    private void Leave(EventReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Looking for events failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
