using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Experiments;

/// <summary>An experiment with its jobs in order.</summary>
/// <param name="Latest">The last point of each job's curve, by job.</param>
/// <param name="Evaluations">Of the jobs' latest checkpoints on the test splits of their own data sets, by checkpoint.</param>
internal sealed record StoredExperiment(
    ExperimentRow Row,
    IReadOnlyList<JobRow> Jobs,
    IReadOnlyDictionary<Guid, MetricRow> Latest,
    IReadOnlyDictionary<Guid, StoredEvaluation> Evaluations)
{
    /// <summary>One whose jobs are about to be stored.</summary>
    public static StoredExperiment New(ExperimentRow row, IReadOnlyList<JobRow> jobs) =>
        new(row, jobs, new Dictionary<Guid, MetricRow>(), new Dictionary<Guid, StoredEvaluation>());
}

/// <summary>The stored experiments. What they consist of is the jobs' own rows.</summary>
internal sealed class ExperimentStore(IDbContextFactory<AppDbContext> stores, TagStore tags)
{
    private const int BatchSize = 100;

    public async Task<StoredExperiment?> FindAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await store.Experiments.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token) is not { } row)
        {
            return null;
        }

        List<JobRow> jobs = await store.Jobs.AsNoTracking().Where(job => job.ExperimentId == id).OrderBy(job => job.Id).ToListAsync(token);
        List<MetricRow> latest = await store.Jobs
            .Where(job => job.ExperimentId == id)
            .Join(store.Metrics.AsNoTracking(), job => job.Id, metric => metric.JobId, (job, metric) => new { job, metric })
            .Where(each => each.metric.Step == store.Metrics.Where(metric => metric.JobId == each.job.Id).Max(metric => (int?)metric.Step))
            .Select(each => each.metric)
            .ToListAsync(token);
        Guid?[] checkpoints = [.. jobs.Select(job => job.LatestCheckpoint).Where(checkpoint => checkpoint is not null)];
        List<StoredEvaluation> evaluations = await EvaluationStore.All(store)
            .Where(each => checkpoints.Contains(each.Row.CheckpointId) && each.Row.Split == "test"
                && each.Row.Against == EvaluationRow.NoDataset)
            .ToListAsync(token);
        Dictionary<Guid, string> datasets = jobs.Where(job => job.LatestCheckpoint is not null)
            .ToDictionary(job => job.LatestCheckpoint!.Value, job => job.Settings.Dataset);
        return new StoredExperiment(
            row,
            jobs,
            latest.ToDictionary(metric => metric.JobId),
            evaluations.Where(each => each.Row.Dataset == datasets[each.Row.CheckpointId]).ToDictionary(each => each.Row.CheckpointId));
    }

    /// <summary>Cancels every job of it that has not ended.</summary>
    public async Task CancelAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await JobStops.CancelAsync(store.Jobs.Where(job => job.ExperimentId == id), token);
    }

    /// <summary>
    /// Ends the experiments whose jobs have all ended: names the best checkpoint where a tag is wanted, has the checkpoints evaluated where
    /// that is wanted, and then says so in the row.
    /// </summary>
    public async Task EndAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var ended = await store
            .Experiments.AsNoTracking()
            .Where(row =>
                row.EndedAt == null && !store.Jobs.Any(job => job.ExperimentId == row.Id && !JobStatuses.Terminal.Contains(job.Status)))
            .OrderBy(row => row.Id)
            .Take(BatchSize)
            .Select(row => new
            {
                row.Id,
                row.Tag,
                row.Evaluate,
                Best = store.Jobs
                    .Where(job => job.ExperimentId == row.Id && job.Losses.Test <= double.MaxValue && job.LatestCheckpoint != null)
                    .OrderBy(job => job.Losses.Test).ThenBy(job => job.Id)
                    .Select(job => job.LatestCheckpoint)
                    .FirstOrDefault(),
            })
            .ToListAsync(token);
        foreach (var experiment in ended)
        {
            // Earlier versions took any name: a tag of a reserved one could not be asked for by it.
            if (experiment is { Tag: { } tag, Best: { } best } && !TagNames.IsManaged(tag) && !TagNames.IsOfExamples(tag)
                && !TagNames.IsId(tag))
            {
                await tags.PutAsync(tag, best, agrees: _ => true, token);
            }

            if (experiment.Evaluate)
            {
                await EvaluateAsync(experiment.Id, token);
            }

            await store
                .Experiments.Where(row =>
                    row.Id == experiment.Id // and none of its jobs was resumed meanwhile
                    && !store.Jobs.Any(job => job.ExperimentId == row.Id && !JobStatuses.Terminal.Contains(job.Status)))
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, row => AppDbContext.Now()), token);
        }
    }

    /// <summary>
    /// Stores an evaluation of each job's last checkpoint, but for those that are there already; the sweep enqueues them.
    /// </summary>
    private async Task EvaluateAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var due = await store.Jobs
            .Where(job => job.ExperimentId == id && job.Status == JobStatus.Succeeded)
            .Join(store.Checkpoints, job => job.LatestCheckpoint, row => row.Id, (job, row) => new { job.Owner, Checkpoint = row })
            .AsNoTracking()
            .ToListAsync(token);
        foreach (var each in due)
        {
            string dataset = each.Checkpoint.Settings.Dataset;
            PlannedEvaluation planned = PlannedEvaluation.Of(each.Checkpoint, dataset, "test", against: null, each.Owner);
            store.ChangeTracker.Clear();
            store.AddRange(planned.Job, planned.Row);
            await store.TrySaveAsync(answer: null, token, mayBeTaken: true);
        }
    }
}
