using System.Collections.Concurrent;
using System.Threading.Channels;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training;
using Hangfire;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Puts jobs into the store and then into Hangfire's queue. The row is the truth; a lost queue entry is made anew by
/// <see cref="QueueRepair"/>.
/// </summary>
internal sealed partial class JobQueue(
    IDbContextFactory<AppDbContext> stores,
    BuiltInDatasets builtIn,
    IBackgroundJobClient queue,
    ILogger<JobQueue> logger
) : BackgroundService
{
    /// <summary>How long the sweep trusts an entry before it looks again whether the queue still has it.</summary>
    public const int SecondsToTrust = 10;

    private const int Room = 1_000;

    private readonly Channel<Guid> _stored = Channel.CreateBounded<Guid>(Room);
    private readonly ConcurrentDictionary<Guid, bool> _pending = [];
    private readonly ConcurrentDictionary<string, bool> _keys = []; // that have a turn: its row stays

    /// <summary>A job's row before it is stored.</summary>
    public static JobRow NewJob(PlannedJob planned, string owner)
    {
        DateTime now = DateTime.UtcNow;
        return NewJob(Guid.CreateVersion7(now), planned, owner, now, experiment: null, JobKind.Training);
    }

    /// <summary>The row of an evaluation's job before it is stored.</summary>
    /// <param name="settings">Of the checkpoint, with the data set to evaluate on.</param>
    public static JobRow NewEvaluation(TrainingSettings settings, string? owner)
    {
        DateTime now = DateTime.UtcNow;
        var planned = new PlannedJob(Name: null, settings, Film: false);
        return NewJob(Guid.CreateVersion7(now), planned, owner, now, experiment: null, JobKind.Evaluation);
    }

    /// <summary>The row of a verification's job before it is stored.</summary>
    /// <param name="settings">Of the checkpoint.</param>
    public static JobRow NewVerification(TrainingSettings settings, string owner)
    {
        DateTime now = DateTime.UtcNow;
        var planned = new PlannedJob(Name: null, settings, Film: false);
        return NewJob(Guid.CreateVersion7(now), planned, owner, now, experiment: null, JobKind.Verification);
    }

    /// <summary>The rows of an experiment's jobs before they are stored.</summary>
    public static JobRow[] NewJobs(ExperimentRow experiment, IEnumerable<PlannedJob> planned, string owner) =>
    [
        .. planned.Select((job, place) => NewJob(
            Guid.CreateVersion7(experiment.CreatedAt.AddMilliseconds(place)), // ids of one millisecond would stand in no order
            job, owner, experiment.CreatedAt, experiment.Id, JobKind.Training)),
    ];

    /// <summary>Begins to store jobs.</summary>
    public async Task<JobInsertion> BeginAsync(JobRow[] jobs, CancellationToken token) =>
        new(this, builtIn, await stores.CreateDbContextAsync(token), jobs);

    /// <summary>Gives the keys of jobs that are about to be stored their turns.</summary>
    public async Task AddTurnsAsync(AppDbContext store, IEnumerable<JobRow> jobs, CancellationToken token)
    {
        foreach (string owner in jobs.Select(job => job.Owner!).Distinct().Where(owner => !_keys.ContainsKey(owner)))
        {
            await KeyTurns.AddAsync(store, owner, token);
            if (store.Database.CurrentTransaction is null) // else it may yet be rolled back
            {
                _keys.TryAdd(owner, true);
            }
        }
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
        string entry = queue.Enqueue<TrainingJobRunner>(runner => runner.RunAsync(jobId, null));
        FaultPoints.Pass("enqueue.after", jobId);
        await store.Jobs
            .Where(job => job.Id == jobId)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(job => job.QueueEntry, entry)
                    .SetProperty(job => job.QueueCheckAt, job => AppDbContext.Now().AddSeconds(SecondsToTrust)),
                token);
    }

    /// <summary>
    /// Gives the stored jobs their entries, in their order, so that no caller waits for more than the row that makes the
    /// job.
    /// </summary>
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

    private static JobRow NewJob(Guid id, PlannedJob planned, string? owner, DateTime now, Guid? experiment, JobKind kind) => new()
    {
        Id = id,
        Kind = kind,
        Name = planned.Name,
        Owner = owner ?? "",
        ExperimentId = experiment,
        Status = JobStatus.Queued,
        Architecture = planned.Settings.Architecture,
        Settings = planned.Settings,
        Dataset = planned.Settings.Dataset,
        Metadata = planned.Metadata,
        Film = planned.Film,
        Losses = new Losses(null, null, null),
        CreatedAt = now,
        QueuedAt = now,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Job {JobId} is stored but could not be enqueued; the sweep will do it")]
        public static partial void NotEnqueued(ILogger logger, Guid jobId, Exception exception);
    }
}
