using System.Diagnostics;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Puts jobs into the store and then into Hangfire's queue. The row is the truth; a lost queue entry is made anew by <see cref="JobSweep"/>.</summary>
internal sealed partial class JobQueue(IDbContextFactory<StoreContext> stores, IBackgroundJobClient queue, ILogger<JobQueue> logger)
{
    /// <summary>How long the sweep trusts an entry before it looks again whether the queue still has it.</summary>
    public const int SecondsToTrust = 10;

    /// <param name="answer">The answer to keep under the request's idempotency key, made from the job's row; null where it has no key.</param>
    /// <returns>The job, or null where that key is taken or the data set has gone.</returns>
    public async Task<JobRow?> AddAsync(string? name, TrainingSettings settings, string owner, Func<JobRow, IdempotencyRow?> answer, CancellationToken token)
    {
        var id = Guid.CreateVersion7();
        DateTime now = DateTime.UtcNow;
        using Activity? span = JobSpans.Enqueue(id);
        var job = new JobRow
        {
            Id = id,
            Name = name,
            Owner = owner,
            Status = JobStatus.Queued,
            Architecture = settings.Architecture,
            Settings = settings,
            Losses = new Losses(null, null, null),
            CreatedAt = now,
            QueuedAt = now,
            TraceParent = Activity.Current?.Id,
        };
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        await using IDbContextTransaction? transaction = DatasetCatalog.IsBuiltIn(settings.Dataset) ? null : await store.Database.BeginTransactionAsync(token);
        if (transaction is not null && !await DatasetStore.UseAsync(store, settings.Dataset, token))
        {
            return null;
        }

        store.Jobs.Add(job);
        Milestones.Pass("insert.before", job.Id);
        if (!await store.TrySaveAsync(answer(job), token))
        {
            return null;
        }

        await (transaction?.CommitAsync(token) ?? Task.CompletedTask);
        Milestones.Pass("insert.after", job.Id);
        try
        {
            await EnqueueAsync(store, job.Id, CancellationToken.None); // accepted by now, whether or not the caller waits
        }
        catch (Exception e) when (e is BackgroundJobClientException || StoreFaults.IsAway(e))
        {
            Log.NotEnqueued(logger, job.Id, e);
        }

        return job;
    }

    public async Task EnqueueAsync(StoreContext store, Guid jobId, CancellationToken token)
    {
        Milestones.Pass("enqueue.before", jobId);
        string entry = queue.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId));
        Milestones.Pass("enqueue.after", jobId);
        await store.Jobs
            .Where(job => job.Id == jobId)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(job => job.QueueEntry, entry)
                    .SetProperty(job => job.QueueCheckAt, job => StoreContext.Now().AddSeconds(SecondsToTrust)),
                token);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Job {JobId} is stored but could not be enqueued; the sweep will do it")]
        public static partial void NotEnqueued(ILogger logger, Guid jobId, Exception exception);
    }
}
