using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Store;

/// <summary>What may be deleted: what has ended, and has no checkpoint that somebody has named. Metrics and checkpoints go with their job.</summary>
internal static class Deletable
{
    public static IQueryable<JobRow> DeletableJobs(this StoreContext store) => store.Jobs.Where(
        job => JobStatuses.Terminal.Contains(job.Status)
            && !store.Tags.Any(tag => store.Checkpoints.Any(row => row.Id == tag.CheckpointId && row.JobId == job.Id)));

    /// <summary>With all their jobs.</summary>
    public static IQueryable<ExperimentRow> DeletableExperiments(this StoreContext store) => store.Experiments.Where(
        experiment => store.Jobs.Where(job => job.ExperimentId == experiment.Id).All(job => JobStatuses.Terminal.Contains(job.Status)
            && !store.Tags.Any(tag => store.Checkpoints.Any(row => row.Id == tag.CheckpointId && row.JobId == job.Id))));
}
