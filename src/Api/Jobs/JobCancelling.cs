using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

internal static class JobCancelling
{
    /// <summary>Ends those of the jobs that wait, and tells the workers of those that run to stop.</summary>
    public static async Task CancelAsync(IQueryable<JobRow> jobs, CancellationToken token)
    {
        await jobs.Where(job => job.Status == JobStatus.Queued).ExecuteUpdateAsync(
            set => set
                .SetProperty(job => job.Status, JobStatus.Cancelled)
                .SetProperty(job => job.EndedAt, job => AppDbContext.Now())
                .SetProperty(job => job.PendingDataset, (string?)null)
                .SetProperty(job => job.Version, job => job.Version + 1),
            token);
        await jobs.Where(job => job.Status == JobStatus.Running).ExecuteUpdateAsync(
            set => set.SetProperty(job => job.Status, JobStatus.Cancelling).SetProperty(job => job.Version, job => job.Version + 1), token);
    }
}
