using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Runs;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Runs one queued job from wherever it stands. Training has a thread of its own; this class writes what it tells, keeps
/// the lease, and passes on a wish to stop. It may be called twice for one job: the second call finds nothing to claim.
/// </summary>
[AutomaticRetry(Attempts = 0)]
internal sealed partial class TrainingJobRunner(
    IDbContextFactory<StoreContext> stores,
    DatasetCatalog datasets,
    CheckpointStore checkpoints,
    JobRecorder recorder,
    IOptions<TrainingOptions> options,
    ILogger<TrainingJobRunner> logger)
{
    private const int EventsAhead = 16; // how far training may run ahead of a slow store
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(Guid jobId, CancellationToken shutdown)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(shutdown);
        if (await JobLease.ClaimAsync(store, jobId, shutdown) is not { } lease)
        {
            Log.NotClaimed(logger, jobId);
            return;
        }

        JobRow job = await store.Jobs.AsNoTracking().SingleAsync(row => row.Id == jobId, shutdown);
        Log.Claimed(logger, jobId, job.Attempt);
        try
        {
            (JobStatus status, JobError? error) = await PrepareAsync(job, shutdown) switch
            {
                (null, { } problem, _) => (JobStatus.Failed, problem),
                ({ } trainer, _, var elapsed) => await TrainAsync(lease, trainer, elapsed, shutdown),
                _ => throw new UnreachableException(),
            };
            await recorder.EndAsync(lease, status, error);
            Log.Ended(logger, jobId, status);
        }
        catch (OperationCanceledException) when (shutdown.IsCancellationRequested)
        {
            await recorder.EndAsync(lease, JobStatus.Queued, error: null); // nothing had begun yet
            throw;
        }
        catch (Exception e) when (e is not DbException) // a fault of this program: without an end the job would be tried for ever
        {
            await recorder.EndAsync(lease, JobStatus.Failed, JobErrors.Internal(e));
            throw;
        }
    }

    private async Task<(Trainer? Trainer, JobError? Error, double ElapsedSeconds)> PrepareAsync(JobRow job, CancellationToken token)
    {
        DatasetLoad load = await datasets.LoadAsync(job.Settings.Dataset, token);
        if (load is DatasetLoad.Unavailable unavailable)
        {
            return (null, JobErrors.DatasetUnavailable(unavailable.Reason), 0);
        }

        Dataset dataset = ((DatasetLoad.Loaded)load).Dataset;
        var lease = new JobLease(job.Id, job.Fence);
        foreach (CheckpointRow row in await checkpoints.OfJobAsync(job.Id, token))
        {
            if (await checkpoints.LoadAsync(row, token) is SnapshotRead.Valid valid)
            {
                await recorder.RewindAsync(lease, valid.Snapshot.EvaluatedStep, token);
                return (new Trainer(dataset, valid.Snapshot), null, row.ElapsedSeconds);
            }

            await recorder.WarnedAsync(lease, $"Checkpoint {row.Id} of step {row.Step} is damaged; the one before it is used.", token);
        }

        await recorder.RewindAsync(lease, -1, token);
        if (job.Settings.StartFrom is not { } startFrom)
        {
            return (new Trainer(dataset, Trainer.Begin(job.Settings, options.Value.ThreadsPerJob)), null, 0);
        }

        CheckpointRow? first = await checkpoints.FindAsync(startFrom.ToString(), token);
        SnapshotRead? read = first is null ? null : await checkpoints.LoadAsync(first, token);
        return read is SnapshotRead.Valid { Snapshot: var start }
            ? (new Trainer(dataset, Trainer.Begin(job.Settings, options.Value.ThreadsPerJob, start.Weights)), null, 0)
            : (null, JobErrors.StartFromGone(startFrom), 0);
    }

    private async Task<(JobStatus Status, JobError? Error)> TrainAsync(JobLease lease, Trainer trainer, double elapsedBefore, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        var events = Channel.CreateBounded<TrainingEvent>(new BoundedChannelOptions(EventsAhead) { SingleReader = true, SingleWriter = true });
        long began = Stopwatch.GetTimestamp();
        Task training = Task.Factory.StartNew(
            () => Pump(trainer, events.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var ended = new CancellationTokenSource();
        Task beating = BeatAsync(lease, trainer, stop, ended.Token);

        (JobStatus, JobError?) outcome = (JobStatus.Queued, null);
        await foreach (TrainingEvent happened in events.Reader.ReadAllAsync(CancellationToken.None))
        {
            double elapsed = elapsedBefore + Stopwatch.GetElapsedTime(began).TotalSeconds;
            bool held = happened switch
            {
                TrainingEvent.Evaluated e => await recorder.EvaluatedAsync(lease, e, elapsed, CancellationToken.None),
                TrainingEvent.Warned e => await recorder.WarnedAsync(lease, e.Message, CancellationToken.None),
                TrainingEvent.Checkpointed e => await recorder.CheckpointedAsync(lease, e.Snapshot, elapsed, CancellationToken.None),
                _ => true,
            };
            outcome = happened switch
            {
                TrainingEvent.Finished => (JobStatus.Succeeded, null),
                TrainingEvent.Collapsed e => (JobStatus.Failed, JobErrors.Collapsed(e)),
                TrainingEvent.Diverged e => (JobStatus.Failed, JobErrors.Diverged(e)),
                _ => outcome,
            };
            if (!held)
            {
                await stop.CancelAsync();
            }
        }

        await ended.CancelAsync();
        await beating;
        await training;
        return outcome;
    }

    private static void Pump(Trainer trainer, ChannelWriter<TrainingEvent> events, CancellationToken stop)
    {
        Exception? fault = null;
        try
        {
            foreach (TrainingEvent happened in trainer.Train(stop))
            {
                events.WriteAsync(happened, CancellationToken.None).AsTask().GetAwaiter().GetResult(); // this thread is training's own
            }
        }
        catch (Exception e)
        {
            fault = e;
            throw;
        }
        finally
        {
            events.Complete(fault);
        }
    }

    /// <summary>Twice a second: keeps the lease, shows progress, and stops the run when it is cancelled or the lease is lost.</summary>
    private async Task BeatAsync(JobLease lease, Trainer trainer, CancellationTokenSource stop, CancellationToken ended)
    {
        var pace = new Pace(trainer.Step);
        using var timer = new PeriodicTimer(s_beat);
        while (!ended.IsCancellationRequested)
        {
            JobStatus? status = await recorder.BeatAsync(lease, trainer.Step, pace.Measure(trainer.Step), CancellationToken.None);
            if (status is not JobStatus.Running)
            {
                await stop.CancelAsync();
            }

            await Task.WhenAny(timer.WaitForNextTickAsync(CancellationToken.None).AsTask(), Task.Delay(Timeout.Infinite, ended));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Job {JobId} is not there to be claimed: it has ended, or another worker has it")]
        public static partial void NotClaimed(ILogger logger, Guid jobId);

        [LoggerMessage(2, LogLevel.Information, "Job {JobId} begins, attempt {Attempt}")]
        public static partial void Claimed(ILogger logger, Guid jobId, int attempt);

        [LoggerMessage(3, LogLevel.Information, "Job {JobId} is now {Status}")]
        public static partial void Ended(ILogger logger, Guid jobId, JobStatus status);
    }
}
