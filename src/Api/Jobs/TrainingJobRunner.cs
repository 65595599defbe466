using System.Diagnostics;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Verifications;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Runs;
using Hangfire;
using Hangfire.Server;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Runs the job whose turn it is from wherever it stands; an evaluation by <see cref="EvaluationRunner"/>, a verification by
/// <see cref="VerificationRunner"/>. Training has a thread of its own; this class writes what it tells, keeps the lease, and passes on a
/// wish to stop. It may be called once too often: then it finds nothing to claim.
/// </summary>
[AutomaticRetry(Attempts = 0)]
internal sealed partial class TrainingJobRunner(
    IDbContextFactory<AppDbContext> stores,
    DatasetCatalog datasets,
    DatasetFetches fetches,
    CheckpointStore checkpoints,
    JobProgressWriter progress,
    EvaluationRunner evaluations,
    VerificationRunner verifications,
    IOptions<TrainingOptions> options,
    IOptions<LimitsOptions> limits,
    IHostApplicationLifetime lifetime,
    ILogger<TrainingJobRunner> logger)
{
    /// <summary>What a warning begins with of a run that was resumed by other instructions, or by another engine.</summary>
    public const string ResumedElsewhere = "Resumed at step ";

    /// <param name="jobId">The job that the queue's entry was made for; which job is run is decided by <see cref="KeyTurns"/>.</param>
    /// <param name="context">Of the queue's entry; set by Hangfire.</param>
    [JobDisplayName("Run the job whose turn it is")]
    public async Task RunAsync(Guid jobId, PerformContext? context)
    {
        CancellationToken shutdown = lifetime.ApplicationStopping; // Hangfire's own token also means that its storage lost the entry
        (string, Guid)? entry = context is null ? null : (context.BackgroundJob.Id, jobId);
        await using AppDbContext store = await stores.CreateDbContextAsync(shutdown);
        while (await KeyTurns.NextAsync(store, shutdown) is { } next)
        {
            using IDisposable? scope = Log.OfJob(logger, next.Id);

            // Before the claim: it may take longer than a lease holds.
            Result<Dataset, DatasetFault> data = next.Kind == JobKind.Verification
                ? await datasets.AskAsync(next.Dataset, mayRequest: true, shutdown) // which waits for none that cannot come
                : await datasets.LoadAsync(next.Dataset, shutdown);
            if (!data.TryGet(out _, out DatasetFault? fault) && fault.Kind == DatasetFaultKind.Pending)
            {
                await fetches.ParkAsync(next.Id, next.Dataset, shutdown);
                Log.Parked(logger, next.Id, next.Dataset);
                continue;
            }

            if (await JobLease.ClaimAsync(store, next, entry, shutdown) is { } lease)
            {
                QueueEntryDetails.Write(context, next);
                await RunClaimedAsync(next, lease, data, store, shutdown);
                return;
            }
        }

        Log.NoneClaimed(logger, jobId);
    }

    private async Task RunClaimedAsync(
        JobRow queued, JobLease lease, Result<Dataset, DatasetFault> data, AppDbContext store, CancellationToken shutdown)
    {
        Guid jobId = queued.Id;
        using Activity? run = JobTracing.Run(queued);
        Trainer? trainer = null;
        try
        {
            JobRow job = await store.Jobs.AsNoTracking().SingleAsync(row => row.Id == jobId, shutdown);
            run?.SetTag(JobTracing.Attempt, job.Attempt);
            Log.Claimed(logger, jobId, job.Attempt);
            (JobStatus status, JobError? error) = (JobStatus.Failed, null);
            if (job.Kind == JobKind.Evaluation)
            {
                (status, error) = await evaluations.RunAsync(lease, data, shutdown);
            }
            else if (job.Kind == JobKind.Verification)
            {
                (status, error) = await verifications.RunAsync(lease, data, shutdown);
            }
            else if ((await PrepareAsync(job, lease, data, shutdown)).TryGet(out PreparedRun? prepared, out error))
            {
                trainer = prepared.Trainer;
                (status, error) = await TrainAsync(lease, prepared, shutdown);
            }

            Ended(run, jobId, await progress.EndAsync(lease, status, error), error);
        }
        catch (Exception e) when (DbFaults.IsTransient(e) || (e is OperationCanceledException && shutdown.IsCancellationRequested))
        {
            Ended(run, jobId, await progress.EndAsync(lease, JobStatus.Queued, error: null), error: null); // nothing had begun yet
            throw;
        }
        catch (Exception e) // a fault of this program, or of the machine: once more, as it may have been a passing one
        {
            Log.Faulted(logger, jobId, trainer?.Step ?? 0, e);
            JobError error = JobErrors.Internal(e);
            Ended(run, jobId, await progress.FaultedAsync(lease, trainer?.Step ?? 0, error), error);
            throw;
        }
    }

    private void Ended(Activity? run, Guid jobId, JobStatus? outcome, JobError? error)
    {
        JobTracing.End(run, outcome, error);
        if (outcome is { } status)
        {
            Log.Ended(logger, jobId, status);
        }
        else
        {
            Log.Lost(logger, jobId);
        }
    }

    private async Task<Result<PreparedRun, JobError>> PrepareAsync(
        JobRow job, JobLease lease, Result<Dataset, DatasetFault> data, CancellationToken token)
    {
        if (!data.TryGet(out Dataset? dataset, out DatasetFault? fault))
        {
            return JobErrors.DatasetUnavailable(fault.Reason);
        }

        TensorShape shape = TensorShape.Of(job.Settings.ImageShape);
        if (dataset.Train.Shape != shape)
        {
            return JobErrors.DatasetUnavailable(
                $"The images of {dataset.Name} are {dataset.Train.Shape} by now (channels, height, width); the job was made for "
                + $"{shape}. POST it again."
            );
        }

        if (job.Settings.Labels is { } labels && dataset.LabelFault(labels) is { } labelFault)
        {
            return JobErrors.DatasetUnavailable($"{labelFault} POST the job again with other labels.");
        }

        foreach (CheckpointRow row in await checkpoints.OfJobAsync(job.Id, token))
        {
            if ((await checkpoints.LoadAsync(row, token)).TryGet(out Checkpoint? stored, out _))
            {
                if (stored.Under(job.Settings) is not { } checkpoint)
                {
                    continue;
                }

                await progress.RewindAsync(lease, checkpoint.EvaluatedStep, checkpoint.Step);
                if (ResumeWarning(row.Step, checkpoint) is { } warning)
                {
                    await progress.WarnedAsync(lease, warning);
                }

                return new PreparedRun(new Trainer(dataset, checkpoint, options.Value.Engine, job.Film), row.ElapsedSeconds, job.Film);
            }

            await progress.WarnedAsync(lease, $"Checkpoint {row.Id} of step {row.Step} is damaged; the one before it is used.");
        }

        await progress.RewindAsync(lease, -1, -1);
        return await BeginAsync(job, dataset, token);
    }

    /// <summary>A run from its first step on.</summary>
    private async Task<Result<PreparedRun, JobError>> BeginAsync(JobRow job, Dataset dataset, CancellationToken token)
    {
        if (job.Settings.StartFrom is not { } startFrom)
        {
            return NewRun(weights: null);
        }

        CheckpointRow? first = await checkpoints.FindAsync(startFrom.ToString(), token);
        return first is not null && (await checkpoints.LoadAsync(first, token)).TryGet(out Checkpoint? start, out _)
            ? NewRun(start.Weights)
            : JobErrors.StartFromGone(startFrom);

        PreparedRun NewRun(float[]? weights)
        {
            Checkpoint initial = Trainer.CreateInitialState(job.Settings, options.Value.ThreadsPerJob, weights, options.Value.Engine);
            return new PreparedRun(new Trainer(dataset, initial, options.Value.Engine, job.Film), ElapsedSeconds: 0, job.Film);
        }
    }

    /// <summary>
    /// Says where a run is resumed by other instructions or another engine than those that it was started with; else
    /// null.
    /// </summary>
    private string? ResumeWarning(int step, Checkpoint checkpoint)
    {
        ExecutionEnvironment started = checkpoint.Environment;
        ExecutionEnvironment here = Trainer.EnvironmentFor(checkpoint.Settings, started.Threads, options.Value.Engine);
        string[] differences =
        [
            .. started.InstructionSet == here.InstructionSet
                ? Array.Empty<string>() : [$"on a CPU with {here.InstructionSet} (started on {started.InstructionSet})"],
            .. started.Engine is null || started.Engine == here.Engine
                ? Array.Empty<string>() : [$"by the engine {here.Engine} (started by {started.Engine})"],
        ];
        return differences.Length == 0
            ? null
            : $"{ResumedElsewhere}{step} {string.Join(" and ", differences)}: the last bits of the weights may differ from an "
                + "uninterrupted run.";
    }

    private async Task<(JobStatus Status, JobError? Error)> TrainAsync(JobLease lease, PreparedRun run, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        await using var training = new TrainingThread(run.Trainer, limits.Value.RunEventBytes, stop);
        await using var heartbeat = new Heartbeat(progress, lease, () => run.Trainer.Step, stop, logger);
        long began = Stopwatch.GetTimestamp();

        (JobStatus, JobError?) outcome = (JobStatus.Queued, null);
        await foreach (TrainingEvent happened in training.Events)
        {
            double elapsed = run.ElapsedSeconds + Stopwatch.GetElapsedTime(began).TotalSeconds;
            bool held = happened switch
            {
                TrainingEvent.Evaluated e => await progress.EvaluatedAsync(lease, e, elapsed),
                TrainingEvent.Warned e => await progress.WarnedAsync(lease, e.Message),
                TrainingEvent.Framed e => await progress.FramedAsync(lease, e.Frame),
                TrainingEvent.Checkpointed e => await progress.CheckpointedAsync(
                    lease,
                    e.Checkpoint,
                    elapsed,
                    run.IsFilmed,
                    () => datasets.Sha256Async(e.Checkpoint.Settings.Dataset, CancellationToken.None)),
                _ => true,
            };
            outcome = !held ? (JobStatus.Queued, null) : happened switch
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

        return outcome;
    }

    /// <param name="ElapsedSeconds">Of training before this attempt.</param>
    /// <param name="IsFilmed">Whether each checkpoint is a frame of the film too.</param>
    private sealed record PreparedRun(Trainer Trainer, double ElapsedSeconds, bool IsFilmed);

    private static partial class Log
    {
        /// <summary>Puts the job's id beside every line that is logged until it is disposed of.</summary>
        public static readonly Func<ILogger, Guid, IDisposable?> OfJob = LoggerMessage.DefineScope<Guid>("Job {JobId}");

        [LoggerMessage(1, LogLevel.Debug, "No job is there to be claimed by the queue's entry that was made for job {JobId}")]
        public static partial void NoneClaimed(ILogger logger, Guid jobId);

        [LoggerMessage(2, LogLevel.Information, "Job {JobId} begins, attempt {Attempt}")]
        public static partial void Claimed(ILogger logger, Guid jobId, int attempt);

        [LoggerMessage(3, LogLevel.Information, "Job {JobId} is now {Status}")]
        public static partial void Ended(ILogger logger, Guid jobId, JobStatus status);

        [LoggerMessage(4, LogLevel.Warning, "Job {JobId} is no longer this worker's: its lease was lost")]
        public static partial void Lost(ILogger logger, Guid jobId);

        [LoggerMessage(5, LogLevel.Error, "Job {JobId} met a fault at step {Step}")]
        public static partial void Faulted(ILogger logger, Guid jobId, int step, Exception exception);

        [LoggerMessage(6, LogLevel.Information, "Job {JobId} waits until the data set {Dataset} is fetched")]
        public static partial void Parked(ILogger logger, Guid jobId, string dataset);
    }
}
