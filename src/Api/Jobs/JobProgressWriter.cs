using System.Diagnostics;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Films;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Writes what a run tells into the store, as long as its lease holds. Each method is false where the lease is lost. While
/// the store is unavailable a write is tried again until the lease has run out.
/// </summary>
/// <remarks>
/// A write of several statements begins with the update of the job's row under the fencing number. That locks the row
/// (PostgreSQL) or all writing (SQLite, BEGIN IMMEDIATE) to the end of the transaction, and whoever takes the job over must
/// change the same row: so the number stands for the whole of the transaction, not only for its first statement.
/// </remarks>
internal sealed class JobProgressWriter(IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier)
{
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Keeps the lease alive and shows the progress; tried once, as the next beat comes soon.</summary>
    /// <param name="moved">Whether the worker has got past the step it began at.</param>
    /// <returns>The job's status now, or null where the lease is lost.</returns>
    public async Task<JobStatus?> BeatAsync(JobLease lease, int step, double? stepsPerSecond, bool moved, CancellationToken token)
    {
        if (lease.HasRunOut)
        {
            return null;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        long requestedAt = Stopwatch.GetTimestamp();
        bool held = await UpdateAsync(
            store,
            lease,
            set =>
            {
                Reached(set, step)
                    .SetProperty(job => job.LeaseUntil, job => AppDbContext.Now().AddSeconds(JobLease.Seconds))
                    .SetProperty(job => job.StepsPerSecond, stepsPerSecond);
                if (moved)
                {
                    set.SetProperty(job => job.ClaimsSinceStep, 0);
                }
            },
            token);
        if (!held)
        {
            return null;
        }

        lease.Renewed(requestedAt);
        notifier.Notify();
        return await lease.Row(store).Select(job => (JobStatus?)job.Status).FirstOrDefaultAsync(token);
    }

    public async Task<bool> EvaluatedAsync(JobLease lease, TrainingEvent.Evaluated point, double elapsedSeconds)
    {
        FaultPoints.Pass("metric.before", lease.JobId);
        bool held = await TransactAsync(
            lease,
            set => Reached(set, point.Step)
                .SetProperty(job => job.Losses.Train, point.TrainLoss)
                .SetProperty(job => job.Losses.Validation, point.ValidationLoss),
            async store =>
            {
                // There already where the answer to an earlier try was lost.
                if (!await store.Metrics.AnyAsync(row => row.JobId == lease.JobId && row.Step == point.Step))
                {
                    store.Metrics.Add(new MetricRow
                    {
                        JobId = lease.JobId,
                        Step = point.Step,
                        TrainLoss = point.TrainLoss,
                        ValidationLoss = point.ValidationLoss,
                        DeadUnits = point.DeadUnits,
                        ElapsedSeconds = elapsedSeconds,
                        Version = await VersionAsync(store, lease),
                    });
                }
            });
        FaultPoints.Pass("metric.after", lease.JobId);
        return held;
    }

    public Task<bool> WarnedAsync(JobLease lease, string warning) => PersistAsync(lease, async store =>
        {
            string[]? warnings = await lease.Row(store).Select(job => job.Warnings).FirstOrDefaultAsync();
            return warnings is not null
                && (
                    warnings.Contains(warning)
                    || await UpdateAsync(
                        store,
                        lease,
                        set => set.SetProperty(job => job.Warnings, (string[])[.. warnings, warning]),
                        CancellationToken.None));
        });

    /// <summary>Stores a frame of the film. Where there is no room for it, it is left out: a run that goes on makes others.</summary>
    /// <param name="frame">See <see cref="Checkpoint.ToFrame"/>.</param>
    public async Task<bool> FramedAsync(JobLease lease, Checkpoint frame)
    {
        FilmFrameRow row = FilmStore.Row(lease.JobId, frame);
        FaultPoints.Pass("frame.before", lease.JobId);
        try
        {
            bool held = await TransactAsync(
                lease, set => Reached(set, frame.Step), store => AddFrameAsync(store, row), mayWaitForRoom: false);
            FaultPoints.Pass("frame.after", lease.JobId);
            return held;
        }
        catch (Exception e) when (DbFaults.IsFull(e))
        {
            return await WarnedAsync(
                lease, "The store was full: at least one frame of the film could not be written. The job goes on; make room.");
        }
    }

    /// <summary>
    /// Stores a checkpoint. Where there is no room for it, only the last one is waited for: a run that goes on makes
    /// others.
    /// </summary>
    /// <param name="isFilmed">Whether the checkpoint is a frame of the film too: then both are stored, or neither.</param>
    /// <param name="datasetSha256">Finds the sha256 of the data set's content; null where it is not to be known.</param>
    public async Task<bool> CheckpointedAsync(
        JobLease lease, Checkpoint checkpoint, double elapsedSeconds, bool isFilmed, Func<Task<string?>>? datasetSha256 = null)
    {
        using Activity? span = JobTracing.WriteCheckpoint(lease.JobId, checkpoint.Step);
        string? data = null;
        if (datasetSha256 is not null && !await PersistAsync(lease, async _ =>
            {
                data = await datasetSha256();
                return true;
            }))
        {
            return false;
        }

        (CheckpointRow row, CheckpointFileRow file) = CheckpointStore.Rows(lease.JobId, checkpoint, elapsedSeconds, data);
        FilmFrameRow? frame = isFilmed ? FilmStore.Row(lease.JobId, checkpoint.ToFrame()) : null;
        FaultPoints.Pass("checkpoint.before", lease.JobId);
        try
        {
            bool held = await TransactAsync(
                lease,
                set => Reached(set, checkpoint.Step)
                    .SetProperty(job => job.LatestCheckpoint, row.Id)
                    .SetProperty(job => job.Losses.Test, checkpoint.Losses.Test)
                    .SetProperty(job => job.ClaimsSinceStep, 0)
                    .SetProperty(job => job.ClaimsSinceCheckpoint, 0),
                async store =>
                {
                    if (!await store.Checkpoints.AnyAsync(other => other.Id == row.Id))
                    {
                        row.Version = await VersionAsync(store, lease);
                        (row.ParentId, row.ParentSha256) = await CheckpointLineage.ParentAsync(store, row);
                        store.AddRange(row, file);
                    }

                    await (frame is null ? Task.CompletedTask : AddFrameAsync(store, frame));
                },
                commit: "commit",
                mayWaitForRoom: checkpoint.Step == checkpoint.Settings.Steps);
            FaultPoints.Pass("checkpoint.after", lease.JobId);
            return held;
        }
        catch (Exception e) when (DbFaults.IsFull(e))
        {
            return await WarnedAsync(
                lease,
                "The store was full: at least one checkpoint could not be written. The job goes on; make room.");
        }
    }

    /// <summary>Stores what an evaluation has found.</summary>
    /// <param name="percent">How far the evaluation has come.</param>
    public Task<bool> FoundAsync(JobLease lease, int percent, Func<AppDbContext, Task> write) =>
        TransactAsync(lease, set => Reached(set, percent), write);

    /// <summary>Forgets the steps, points and frames behind the checkpoint that the run goes on from: it will do them again.</summary>
    /// <param name="evaluated">The last step whose point stays, or -1.</param>
    /// <param name="framed">The last step whose frame stays, or -1.</param>
    public Task<bool> RewindAsync(JobLease lease, int evaluated, int framed) => TransactAsync(
        lease,
        set => set.SetProperty(job => job.Step, Math.Max(0, evaluated)),
        async store =>
        {
            await store.Metrics.Where(metric => metric.JobId == lease.JobId && metric.Step > evaluated).ExecuteDeleteAsync();
            await store.FilmFrames.Where(frame => frame.JobId == lease.JobId && frame.Step > framed).ExecuteDeleteAsync();
        });

    /// <summary>
    /// Ends the job, or gives it back to the queue. Where somebody is cancelling it, it ends as cancelled whatever the run says; where
    /// somebody is pausing it, it is paused unless the run is over.
    /// </summary>
    /// <returns>What the job has become, or null where the lease is lost.</returns>
    public async Task<JobStatus?> EndAsync(JobLease lease, JobStatus status, JobError? error)
    {
        FaultPoints.Pass("finish.before", lease.JobId);
        JobStatus? outcome = null;
        await PersistAsync(lease, async store => (outcome = await EndAsync(store, lease, status, error)) is not null);
        FaultPoints.Pass("finish.after", lease.JobId);
        return outcome;
    }

    /// <summary>
    /// Gives a job back to the queue after a fault at <paramref name="step"/>, or ends it where that step has failed
    /// before.
    /// </summary>
    /// <returns>What the job has become, or null where the lease is lost.</returns>
    public async Task<JobStatus?> FaultedAsync(JobLease lease, int step, JobError error)
    {
        JobStatus? status = null;
        await PersistAsync(lease, async store =>
        {
            bool again = await lease.Row(store).AnyAsync(job => job.FaultStep == step);
            await UpdateAsync(store, lease, set => set.SetProperty(job => job.FaultStep, step), CancellationToken.None);
            status = await EndAsync(store, lease, again ? JobStatus.Failed : JobStatus.Queued, again ? error : null);
            return status is not null;
        });
        return status;
    }

    private static async Task<JobStatus?> EndAsync(AppDbContext store, JobLease lease, JobStatus status, JobError? error) =>
        await TryEndAsync(store, lease, status, error) ? status
        : await TryEndAsync(store, lease, JobStatus.Paused, error: null) ? JobStatus.Paused
        : await TryEndAsync(store, lease, JobStatus.Cancelled, error: null) ? JobStatus.Cancelled
        : null;

    private static async Task<bool> TryEndAsync(AppDbContext store, JobLease lease, JobStatus status, JobError? error)
    {
        JobStatus[] before = JobStatuses.Before(status);
        return await lease
                .Row(store)
                .Where(job => before.Contains(job.Status))
                .ExecuteUpdateAsync(set =>
                    JobLease
                        .LetGo(set, status, error)
                        // the worker is alive: its claim is none of those that a job's workers were lost by
                        .SetProperty(job => job.ClaimsSinceStep, 0)
                        .SetProperty(
                            job => job.ClaimsSinceCheckpoint,
                            job => job.ClaimsSinceCheckpoint > 0 ? job.ClaimsSinceCheckpoint - 1 : 0)
                ) == 1;
    }

    /// <summary>Adds the frame of a step, unless it is there: by an earlier try, or before the checkpoint of that step.</summary>
    private static async Task AddFrameAsync(AppDbContext store, FilmFrameRow frame)
    {
        if (!await store.FilmFrames.AnyAsync(row => row.JobId == frame.JobId && row.Step == frame.Step))
        {
            store.FilmFrames.Add(frame);
        }
    }

    /// <summary>The step that the run is at; a write that was overtaken by a later one sets it back nowhere.</summary>
    private static UpdateSettersBuilder<JobRow> Reached(UpdateSettersBuilder<JobRow> set, int step) =>
        set.SetProperty(job => job.Step, job => job.Step > step ? job.Step : step);

    /// <summary>The version that the update of this transaction has made.</summary>
    private static Task<long> VersionAsync(AppDbContext store, JobLease lease) => lease.Row(store).Select(job => job.Version).SingleAsync();

    private static async Task<bool> UpdateAsync(
        AppDbContext store,
        JobLease lease,
        Action<UpdateSettersBuilder<JobRow>> change,
        CancellationToken token) =>
        await lease
            .Row(store)
            .ExecuteUpdateAsync(
                set =>
                {
                    change(set);
                    set.SetProperty(job => job.Version, job => job.Version + 1);
                },
                token
            ) == 1;

    private Task<bool> TransactAsync(
        JobLease lease,
        Action<UpdateSettersBuilder<JobRow>> change,
        Func<AppDbContext, Task> write,
        string? commit = null,
        bool mayWaitForRoom = true) =>
        PersistAsync(
            lease,
            async store =>
            {
                await using var transaction = await store.Database.BeginTransactionAsync();
                if (!await UpdateAsync(store, lease, change, CancellationToken.None))
                {
                    return false;
                }

                await write(store);
                await store.SaveChangesAsync();
                Pass(commit, "before", lease);
                await transaction.CommitAsync();
                Pass(commit, "after", lease);
                return true;
            },
            mayWaitForRoom);

    private static void Pass(string? label, string when, JobLease lease)
    {
        if (label is not null)
        {
            FaultPoints.Pass($"{label}.{when}", lease.JobId);
        }
    }

    private async Task<bool> PersistAsync(JobLease lease, Func<AppDbContext, Task<bool>> write, bool mayWaitForRoom = true)
    {
        while (!lease.HasRunOut)
        {
            try
            {
                await using AppDbContext store = await stores.CreateDbContextAsync();
                bool written = await write(store);
                notifier.Notify();
                return written;
            }
            catch (Exception e) when (DbFaults.IsTransient(e) && (mayWaitForRoom || !DbFaults.IsFull(e)))
            {
                await Task.Delay(s_retryDelay);
            }
        }

        return false;
    }
}
