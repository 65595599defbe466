using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Twice a second: keeps the lease, shows progress, and stops the run when it is cancelled or the lease is lost or has run out.</summary>
internal sealed partial class Heartbeat(JobRecorder recorder, JobLease lease, Trainer trainer, CancellationTokenSource stop, ILogger logger)
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_firstBeats = TimeSpan.FromMilliseconds(50); // until a step is done: it clears the job of killing its workers
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4); // with a store that is silent, so that others tries follow

    private readonly Pace _pace = new(trainer.Step);
    private readonly int _first = trainer.Step;

    public async Task RunAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            bool moved = trainer.Step > _first;
            await BeatAsync(moved);
            await Task.WhenAny(Task.Delay(moved ? s_beat : s_firstBeats, CancellationToken.None), Task.Delay(Timeout.Infinite, ended));
        }
    }

    private async Task BeatAsync(bool moved)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            if (await recorder.BeatAsync(lease, trainer.Step, _pace.Measure(trainer.Step), moved, patience.Token) is not JobStatus.Running)
            {
                await stop.CancelAsync();
                return;
            }
        }
        catch (Exception e) when (StoreFaults.IsAway(e) || e is OperationCanceledException)
        {
            Log.NotRenewed(logger, lease.JobId, lease.Remaining.TotalSeconds, e.Message);
        }

        // A timer of this process, so that the run stops in time even while a renewal hangs.
        stop.CancelAfter(lease.HasRunOut ? TimeSpan.Zero : lease.Remaining);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of job {JobId} was not renewed and holds for {Seconds:F1} s more: {Reason}")]
        public static partial void NotRenewed(ILogger logger, Guid jobId, double seconds, string reason);
    }
}
