using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Puts jobs into the store and then into Hangfire's queue. The row is the truth; a lost queue entry is made anew by <see cref="QueueRepair"/>.</summary>
internal sealed partial class JobQueue(
    IDbContextFactory<AppDbContext> stores, BuiltInDatasets builtIn, IBackgroundJobClient queue, ILogger<JobQueue> logger) : BackgroundService
{
    /// <summary>How long the sweep trusts an entry before it looks again whether the queue still has it.</summary>
    public const int SecondsToTrust = 10;

    private const int Room = 1_000;

    private readonly Channel<Guid> _stored = Channel.CreateBounded<Guid>(Room);
    private readonly ConcurrentDictionary<Guid, bool> _pending = [];

    /// <param name="answer">The answer to keep under the request's idempotency key, made from the job's row; null where it has no key.</param>
    /// <returns>The job, or null where that key is taken, or the data set has gone or just could not be fetched.</returns>
    public async Task<JobRow?> AddAsync(string? name, TrainingSettings settings, string owner, Func<JobRow, IdempotencyRow?> answer, CancellationToken token)
    {
        DateTime now = DateTime.UtcNow;
        var id = Guid.CreateVersion7(now);
        using Activity? span = JobTracing.Enqueue(id);
        JobRow job = Row(id, name, settings, owner, now);
        return await AddAsync(experiment: null, [job], () => answer(job), token) ? job : null;
    }

    /// <summary>Stores an experiment with its jobs, whole or not at all.</summary>
    /// <param name="answer">As above, made from all the rows.</param>
    /// <returns>The jobs in their order, or null as above.</returns>
    public async Task<IReadOnlyList<JobRow>?> AddAsync(
        ExperimentRow experiment, IReadOnlyList<PlannedJob> planned, string owner, Func<IReadOnlyList<JobRow>, IdempotencyRow?> answer, CancellationToken token)
    {
        // Ids of one millisecond would stand in no order.
        JobRow[] jobs =
        [
            .. planned.Select((job, place) => Row(
                Guid.CreateVersion7(experiment.CreatedAt.AddMilliseconds(place)), job.Name, job.Settings, owner, experiment.CreatedAt, experiment.Id)),
        ];
        return await AddAsync(experiment, jobs, () => answer(jobs), token) ? jobs : null;
    }

    /// <summary>Has a stored job enqueued soon.</summary>
    public void Offer(Guid jobId)
    {
        _pending.TryAdd(jobId, true);
        if (!_stored.Writer.TryWrite(jobId))
        {
            _pending.TryRemove(jobId, out _); // the sweep finds it
        }
    }

    /// <summary>Whether this process is about to give the job its entry, so that the sweep need not.</summary>
    public bool IsAboutToEnqueue(Guid jobId) => _pending.ContainsKey(jobId);

    public async Task EnqueueAsync(AppDbContext store, Guid jobId, CancellationToken token)
    {
        FaultPoints.Pass("enqueue.before", jobId);
        string entry = queue.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId));
        FaultPoints.Pass("enqueue.after", jobId);
        await store.Jobs
            .Where(job => job.Id == jobId)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(job => job.QueueEntry, entry)
                    .SetProperty(job => job.QueueCheckAt, job => AppDbContext.Now().AddSeconds(SecondsToTrust)),
                token);
    }

    /// <summary>Gives the stored jobs their entries, in their order, so that no caller waits for more than the row that makes the job.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (Guid jobId in _stored.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using AppDbContext store = await stores.CreateDbContextAsync(stoppingToken);
                await EnqueueAsync(store, jobId, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException) // whatever it was, the row is stored
            {
                Log.NotEnqueued(logger, jobId, e);
            }
            finally
            {
                _pending.TryRemove(jobId, out _);
            }
        }
    }

    private static JobRow Row(Guid id, string? name, TrainingSettings settings, string owner, DateTime now, Guid? experiment = null) => new()
    {
        Id = id,
        Name = name,
        Owner = owner,
        ExperimentId = experiment,
        Status = JobStatus.Queued,
        Architecture = settings.Architecture,
        Settings = settings,
        Losses = new Losses(null, null, null),
        CreatedAt = now,
        QueuedAt = now,
        TraceParent = Activity.Current?.Id,
    };

    /// <returns>False, and nothing is stored, where the answer's key is taken, or a data set has gone or just could not be fetched.</returns>
    private async Task<bool> AddAsync(ExperimentRow? experiment, JobRow[] jobs, Func<IdempotencyRow?> answer, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        IGrouping<string, JobRow>[] elsewhere = // in one order, so that no two wait for one another
            [.. jobs.GroupBy(job => job.Settings.Dataset).Where(jobs => !builtIn.IsHere(jobs.Key)).OrderBy(jobs => jobs.Key, StringComparer.Ordinal)];
        await using IDbContextTransaction? transaction = elsewhere.Length == 0 ? null : await store.Database.BeginTransactionAsync(token);
        foreach (IGrouping<string, JobRow> dataset in elsewhere)
        {
            if (!await TakeDatasetAsync(store, dataset.Key, dataset, token))
            {
                return false;
            }
        }

        if (experiment is not null)
        {
            store.Experiments.Add(experiment);
        }

        store.Jobs.AddRange(jobs);
        FaultPoints.Pass("insert.before", jobs[0].Id);
        if (!await store.TrySaveAsync(answer(), token))
        {
            return false;
        }

        await (transaction?.CommitAsync(token) ?? Task.CompletedTask);
        FaultPoints.Pass("insert.after", jobs[0].Id);
        foreach (JobRow job in jobs.Where(job => job.PendingDataset is null))
        {
            Offer(job.Id);
        }

        return true;
    }

    /// <summary>Makes sure that the data set stays until the jobs have ended, or that they wait until it is fetched.</summary>
    private static async Task<bool> TakeDatasetAsync(AppDbContext store, string name, IEnumerable<JobRow> jobs, CancellationToken token)
    {
        if (!DatasetCatalog.IsBuiltIn(name))
        {
            return await DatasetStore.UseAsync(store, name, token);
        }

        FetchRequest request = await DatasetFetches.RequestAsync(store, name, damaged: null, evenIfFailed: false, token);
        foreach (JobRow job in jobs)
        {
            job.PendingDataset = request == FetchRequest.Pending ? name : null;
        }

        return request != FetchRequest.Refused;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Job {JobId} is stored but could not be enqueued; the sweep will do it")]
        public static partial void NotEnqueued(ILogger logger, Guid jobId, Exception exception);
    }
}
