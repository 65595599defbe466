using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// What may be deleted: what has ended, and has no checkpoint that somebody has named. Metrics, checkpoints and films go
/// with their job.
/// </summary>
internal static class Deletable
{
    /// <summary>The tags that name checkpoints of these jobs.</summary>
    public static IQueryable<TagRow> TagsOn(this AppDbContext store, IQueryable<JobRow> jobs) => store.Tags.Where(
        tag => store.Checkpoints.Any(row => row.Id == tag.CheckpointId && jobs.Any(job => job.Id == row.JobId)));

    public static IQueryable<JobRow> DeletableJobs(this AppDbContext store) => store.Jobs.Where(
        job => JobStatuses.Terminal.Contains(job.Status)
            && !store.Tags.Any(tag => store.Checkpoints.Any(row => row.Id == tag.CheckpointId && row.JobId == job.Id)));

    /// <summary>Those of which every job may be.</summary>
    public static IQueryable<ExperimentRow> DeletableExperiments(this AppDbContext store)
    {
        IQueryable<JobRow> deletable = store.DeletableJobs();
        return store.Experiments.Where(row =>
            !store.Jobs.Any(job => job.ExperimentId == row.Id && !deletable.Any(other => other.Id == job.Id)));
    }
}
