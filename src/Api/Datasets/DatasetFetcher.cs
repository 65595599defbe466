using System.Collections.Concurrent;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// Fetches the built-in data sets that are wanted into the store, where any worker finds them: from this process's own folder, or from
/// mirrors. Runs in every process that answers calls; of several one fetches, and another goes on where that one dies.
/// </summary>
internal sealed partial class DatasetFetcher(
    DatasetFetches fetches,
    BuiltInDatasets builtIn,
    DatasetDownloader download,
    JobQueue queue,
    JobChangeNotifier notifier,
    ILogger<DatasetFetcher> logger
) : BackgroundService
{
    public const int MaxClaims = 3;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_release = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Task> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PeriodicTask.RunAsync(s_look, BeginAsync, e => Log.NotLooked(logger, e), stoppingToken);
        }
        finally
        {
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task BeginAsync(CancellationToken token)
    {
        foreach (string name in await fetches.DueAsync(name => builtIn.IsHere(name) || builtIn.Mirrored(name).Mirrors.Count > 0, token))
        {
            if ((!_running.TryGetValue(name, out Task? before) || before.IsCompleted) && await fetches.ClaimAsync(name, token) is { } fetch)
            {
                _running[name] = FetchAsync(fetch, token);
            }
        }
    }

    private async Task FetchAsync(DatasetFetch fetch, CancellationToken stopping)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task beating = BeatAsync(fetch, lost);
        try
        {
            await EndAsync(fetch, await LoadAsync(fetch, lost.Token), lost.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await ReleaseAsync(fetch);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            Log.Lost(logger, fetch.Name);
        }
        catch (Exception e) // a fault of this program, or of the machine: the next claim tries again
        {
            Log.Faulted(logger, fetch.Name, e);
        }
        finally
        {
            await lost.CancelAsync();
            await beating;
        }
    }

    /// <returns>Null where the store has it already.</returns>
    private async Task<Result<Dataset, string>?> LoadAsync(DatasetFetch fetch, CancellationToken token)
    {
        string name = fetch.Name;
        if ((await PersistAsync(() => fetches.FindAsync(name, token), waitForRoom: true, token)).Stored is not null)
        {
            return null;
        }

        if (fetch.Claims > MaxClaims)
        {
            return $"{name}: its fetch was begun {MaxClaims} times and never ended. See the log and the memory of the processes that "
                + $"answer calls.";
        }

        MirroredSet set = builtIn.Mirrored(name);
        if (builtIn.IsHere(name))
        {
            return await builtIn.LoadAsync(name, token);
        }

        if (set.Mirrors.Count == 0)
        {
            return builtIn.Missing(name, fault: null);
        }

        return (await download.FetchAsync(set, token)).TryGet(out Dataset? data, out string? fault) ? data
            : builtIn.IsHere(name) ? await builtIn.LoadAsync(name, token) // filled meanwhile
            : builtIn.Missing(name, fault);
    }

    /// <param name="load">Null where the store has the data set already.</param>
    private async Task EndAsync(DatasetFetch fetch, Result<Dataset, string>? load, CancellationToken token)
    {
        (Dataset? data, string? fault) = (null, null);
        if (load is null || load.TryGet(out data, out fault))
        {
            try
            {
                IReadOnlyList<Guid>? jobs = await PersistAsync(() => fetch.CompleteAsync(data, token), waitForRoom: false, token);
                Ended(fetch, jobs);
                return;
            }
            catch (Exception e) when (DbFaults.IsFull(e))
            {
                fault = $"{fetch.Name} was fetched, and the store has no room for it. Make room, and POST the job again.";
            }
        }

        Log.Failed(logger, fetch.Name, fault);
        await PersistAsync(() => fetch.FailAsync(fault, token), waitForRoom: true, token);
        notifier.Notify();
    }

    private void Ended(DatasetFetch fetch, IReadOnlyList<Guid>? jobs)
    {
        if (jobs is null)
        {
            Log.Lost(logger, fetch.Name);
            return;
        }

        Log.Stored(logger, fetch.Name, jobs.Count);
        foreach (Guid job in jobs)
        {
            queue.Offer(job);
        }

        notifier.Notify();
    }

    /// <summary>Keeps the lease. Where the store is unavailable, nobody else can take it either.</summary>
    private async Task BeatAsync(DatasetFetch fetch, CancellationTokenSource lost)
    {
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_beat, lost.Token);
                if (!await fetch.RenewAsync(lost.Token))
                {
                    await lost.CancelAsync();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.NotRenewed(logger, fetch.Name, e.Message);
            }
            catch (OperationCanceledException) when (lost.IsCancellationRequested)
            {
                return; // the fetch is over, or another process has it
            }
        }
    }

    private async Task ReleaseAsync(DatasetFetch fetch)
    {
        using var timeout = new CancellationTokenSource(s_release);
        try
        {
            await fetch.ReleaseAsync(timeout.Token);
        }
        catch (Exception e) when (DbFaults.IsTransient(e) || e is OperationCanceledException)
        {
            Log.NotRenewed(logger, fetch.Name, e.Message); // it runs out by itself
        }
    }

    /// <summary>Tries again while the store is unavailable.</summary>
    private static async Task<T> PersistAsync<T>(Func<Task<T>> call, bool waitForRoom, CancellationToken token)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (DbFaults.IsTransient(e) && (waitForRoom || !DbFaults.IsFull(e)))
            {
                await Task.Delay(s_retryDelay, token);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The data set {Dataset} is stored; {Jobs} jobs waited for it")]
        public static partial void Stored(ILogger logger, string dataset, int jobs);

        [LoggerMessage(2, LogLevel.Warning, "The data set {Dataset} could not be fetched: {Fault}")]
        public static partial void Failed(ILogger logger, string dataset, string fault);

        [LoggerMessage(3, LogLevel.Information, "The data set {Dataset} is fetched by another process now")]
        public static partial void Lost(ILogger logger, string dataset);

        [LoggerMessage(4, LogLevel.Warning, "The lease to fetch the data set {Dataset} was not written: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string dataset, string reason);

        [LoggerMessage(5, LogLevel.Error, "Fetching the data set {Dataset} met a fault")]
        public static partial void Faulted(ILogger logger, string dataset, Exception exception);

        [LoggerMessage(6, LogLevel.Warning, "Looking for data sets to fetch failed and will be tried again")]
        public static partial void NotLooked(ILogger logger, Exception exception);
    }
}
