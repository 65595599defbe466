using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Writes what a run tells into the store, as long as its lease holds. Each method is false where the lease is lost.</summary>
internal sealed class JobRecorder(IDbContextFactory<StoreContext> stores, JobWatch watch)
{
    /// <summary>Keeps the lease alive and shows the progress.</summary>
    /// <returns>The job's status now, or null where the lease is lost.</returns>
    public async Task<JobStatus?> BeatAsync(JobLease lease, int step, double? stepsPerSecond, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        bool held = await UpdateAsync(
            store,
            lease,
            set => set
                .SetProperty(job => job.LeaseUntil, job => DateTime.UtcNow.AddSeconds(JobLease.Seconds))
                .SetProperty(job => job.Step, step)
                .SetProperty(job => job.StepsPerSecond, stepsPerSecond),
            token);
        watch.Wake();
        return held ? await lease.Row(store).Select(job => (JobStatus?)job.Status).FirstOrDefaultAsync(token) : null;
    }

    public async Task<bool> EvaluatedAsync(JobLease lease, TrainingEvent.Evaluated point, double elapsedSeconds, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        bool held = await UpdateAsync(
            store,
            lease,
            set => set
                .SetProperty(job => job.Step, point.Step)
                .SetProperty(job => job.Losses.Train, point.TrainLoss)
                .SetProperty(job => job.Losses.Validation, point.ValidationLoss),
            token);
        if (held)
        {
            store.Metrics.Add(new MetricRow
            {
                JobId = lease.JobId,
                Step = point.Step,
                TrainLoss = point.TrainLoss,
                ValidationLoss = point.ValidationLoss,
                DeadUnits = point.DeadUnits,
                ElapsedSeconds = elapsedSeconds,
                Version = await VersionAsync(store, lease, token),
            });
            await store.SaveChangesAsync(token);
            await transaction.CommitAsync(token);
            watch.Wake();
        }

        return held;
    }

    public async Task<bool> WarnedAsync(JobLease lease, string warning, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        string[]? warnings = await lease.Row(store).Select(job => job.Warnings).FirstOrDefaultAsync(token);
        return warnings is not null
            && (warnings.Contains(warning)
                || await UpdateAsync(store, lease, set => set.SetProperty(job => job.Warnings, (string[])[.. warnings, warning]), token));
    }

    public async Task<bool> CheckpointedAsync(JobLease lease, Snapshot snapshot, double elapsedSeconds, CancellationToken token)
    {
        (CheckpointRow row, CheckpointFileRow file) = CheckpointStore.Rows(lease.JobId, snapshot, elapsedSeconds);
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        bool held = await UpdateAsync(
            store,
            lease,
            set => set
                .SetProperty(job => job.Step, snapshot.Step)
                .SetProperty(job => job.LatestCheckpoint, row.Id)
                .SetProperty(job => job.Losses.Test, snapshot.Losses.Test),
            token);
        if (held)
        {
            row.Version = await VersionAsync(store, lease, token);
            store.AddRange(row, file);
            await store.SaveChangesAsync(token);
            await transaction.CommitAsync(token);
            watch.Wake();
        }

        return held;
    }

    /// <summary>Forgets the points behind the checkpoint that the run goes on from: it will measure them again.</summary>
    public async Task RewindAsync(JobLease lease, int step, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        await store.Metrics
            .Where(metric => metric.JobId == lease.JobId && metric.Step > step && lease.Row(store).Any())
            .ExecuteDeleteAsync(token);
    }

    /// <summary>Ends the job, or gives it back to the queue. Where somebody is cancelling it, it ends as cancelled whatever the run says.</summary>
    public async Task EndAsync(JobLease lease, JobStatus status, JobError? error)
    {
        await using StoreContext store = await stores.CreateDbContextAsync();
        bool ended = await EndAsync(store, lease, JobStatuses.Before(status), status, error);
        if (!ended)
        {
            await EndAsync(store, lease, [JobStatus.Cancelling], JobStatus.Cancelled, error: null);
        }

        watch.Wake();
    }

    private static async Task<bool> EndAsync(StoreContext store, JobLease lease, JobStatus[] from, JobStatus status, JobError? error)
    {
        int changed = await lease.Row(store)
            .Where(job => from.Contains(job.Status))
            .ExecuteUpdateAsync(set => set
                .SetProperty(job => job.Status, status)
                .SetProperty(job => job.Error, error)
                .SetProperty(job => job.EndedAt, job => status.IsTerminal() ? DateTime.UtcNow : null)
                .SetProperty(job => job.LeaseUntil, (DateTime?)null)
                .SetProperty(job => job.StepsPerSecond, (double?)null)
                .SetProperty(job => job.Version, job => job.Version + 1));
        return changed == 1;
    }

    /// <summary>The version that the update of this transaction has made.</summary>
    private static Task<long> VersionAsync(StoreContext store, JobLease lease, CancellationToken token) => lease.Row(store).Select(job => job.Version).SingleAsync(token);

    private static async Task<bool> UpdateAsync(StoreContext store, JobLease lease, Action<UpdateSettersBuilder<JobRow>> change, CancellationToken token) =>
        await lease.Row(store)
            .Where(job => job.Status == JobStatus.Running || job.Status == JobStatus.Cancelling)
            .ExecuteUpdateAsync(
                set =>
                {
                    change(set);
                    set.SetProperty(job => job.Version, job => job.Version + 1);
                },
                token) == 1;
}
