using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using Hangfire;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Puts jobs into the store and then into Hangfire's queue. The row is the truth; a lost queue entry is made anew by <see cref="JobSweep"/>.</summary>
internal sealed class JobQueue(IDbContextFactory<StoreContext> stores, IBackgroundJobClient queue)
{
    /// <param name="answer">The answer to keep under the request's idempotency key, made from the job's row; null where it has no key.</param>
    /// <returns>The job, or null where that key is taken.</returns>
    public async Task<JobRow?> AddAsync(string? name, TrainingSettings settings, Func<JobRow, IdempotencyRow?> answer, CancellationToken token)
    {
        var job = new JobRow
        {
            Id = Guid.CreateVersion7(),
            Name = name,
            Status = JobStatus.Queued,
            Architecture = settings.Architecture,
            Settings = settings,
            Losses = new Losses(null, null, null),
            CreatedAt = DateTime.UtcNow,
        };
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        store.Jobs.Add(job);
        if (!await store.TrySaveAsync(answer(job), token))
        {
            return null;
        }

        await EnqueueAsync(store, job.Id, CancellationToken.None); // accepted by now, whether or not the caller waits
        return job;
    }

    public async Task EnqueueAsync(StoreContext store, Guid jobId, CancellationToken token)
    {
        string entry = queue.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId, CancellationToken.None));
        await store.Jobs
            .Where(job => job.Id == jobId)
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.QueueEntry, entry), token);
    }
}
