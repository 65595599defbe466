using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// A worker's right to run one job: valid as long as nobody has raised the fencing number since. Every write names that
/// number in its own condition, so a worker that has lost the job, knowingly or not, changes nothing.
/// </summary>
internal sealed record JobLease(Guid JobId, long Fence)
{
    public const int Seconds = 15;

    /// <summary>Takes a queued job, or null where somebody else has it or it has ended.</summary>
    public static async Task<JobLease?> ClaimAsync(StoreContext store, Guid jobId, CancellationToken token)
    {
        long? fence = await store.Jobs.Where(job => job.Id == jobId && job.Status == JobStatus.Queued).Select(job => (long?)job.Fence).FirstOrDefaultAsync(token);
        if (fence is null)
        {
            return null;
        }

        int claimed = await store.Jobs
            .Where(job => job.Id == jobId && job.Status == JobStatus.Queued && job.Fence == fence)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(job => job.Status, JobStatus.Running)
                    .SetProperty(job => job.Fence, job => job.Fence + 1)
                    .SetProperty(job => job.Attempt, job => job.Attempt + 1)
                    .SetProperty(job => job.StartedAt, job => job.StartedAt ?? DateTime.UtcNow)
                    .SetProperty(job => job.LeaseUntil, job => DateTime.UtcNow.AddSeconds(Seconds))
                    .SetProperty(job => job.Version, job => job.Version + 1),
                token);
        return claimed == 1 ? new JobLease(jobId, fence.Value + 1) : null;
    }

    /// <summary>The job's row, as long as this lease holds.</summary>
    public IQueryable<JobRow> Row(StoreContext store) => store.Jobs.Where(job => job.Id == JobId && job.Fence == Fence);
}
