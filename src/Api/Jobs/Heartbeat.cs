using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Twice a second, until it is disposed of: keeps the lease, shows progress, and stops the run when it is cancelled or the lease is lost or
/// has run out.
/// </summary>
internal sealed partial class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(500);
    // until a step is done: it clears the job of killing its workers
    private static readonly TimeSpan s_firstBeats = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(4); // with a store that is silent, so that others tries follow

    private readonly JobProgressWriter _progress;
    private readonly JobLease _lease;
    private readonly Func<int> _step;
    private readonly CancellationTokenSource _stop;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private readonly ThroughputMeter _throughput;
    private readonly int _first;
    private readonly Task _beating;

    /// <param name="step">How far the run has come.</param>
    /// <param name="stop">Of the run.</param>
    public Heartbeat(JobProgressWriter progress, JobLease lease, Func<int> step, CancellationTokenSource stop, ILogger logger)
    {
        (_progress, _lease, _step, _stop, _logger, _first) = (progress, lease, step, stop, logger, step());
        _throughput = new ThroughputMeter(_first);
        _beating = RunAsync();
    }

    /// <summary>Returns when no beat is on its way any more; throws what one has thrown that was no fault of the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _beating;
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                bool moved = _step() > _first;
                await BeatAsync(moved);
                await Task.Delay(moved ? s_beat : s_firstBeats, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await _stop.CancelAsync(); // a run without a heartbeat is soon another worker's
        }
    }

    private async Task BeatAsync(bool moved)
    {
        using var timeout = new CancellationTokenSource(s_timeout);
        try
        {
            if (await _progress.BeatAsync(_lease, _step(), _throughput.Measure(_step()), moved, timeout.Token)
                is not JobStatus.Running)
            {
                await _stop.CancelAsync();
                return;
            }
        }
        catch (Exception e) when (DbFaults.IsTransient(e) || e is OperationCanceledException)
        {
            Log.NotRenewed(_logger, _lease.JobId, _lease.Remaining.TotalSeconds, e.Message);
        }

        // A timer of this process, so that the run stops in time even while a renewal hangs.
        _stop.CancelAfter(_lease.Remaining);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of job {JobId} was not renewed and holds for {Seconds:F1} s more: {Reason}")]
        public static partial void NotRenewed(ILogger logger, Guid jobId, double seconds, string reason);
    }
}
