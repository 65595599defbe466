using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Experiments;

/// <summary>An experiment with its jobs in order and the latest evaluation of each.</summary>
internal sealed record StoredExperiment(ExperimentRow Row, IReadOnlyList<JobRow> Jobs, IReadOnlyDictionary<Guid, MetricRow> Latest);

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
        return new StoredExperiment(row, jobs, latest.ToDictionary(metric => metric.JobId));
    }

    /// <summary>Cancels every job of it that has not ended.</summary>
    public async Task CancelAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await JobCancelling.CancelAsync(store.Jobs.Where(job => job.ExperimentId == id), token);
    }

    /// <summary>
    /// Ends the experiments whose jobs have all ended: names the best checkpoint where a tag is wanted, and then says so in the
    /// row.
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
            if (experiment is { Tag: { } tag, Best: { } best } && !TagNames.IsManaged(tag) && !TagNames.IsId(tag))
            {
                await tags.PutAsync(tag, best, agrees: _ => true, token);
            }

            await store
                .Experiments.Where(row => row.Id == experiment.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, row => AppDbContext.Now()), token);
        }
    }
}
