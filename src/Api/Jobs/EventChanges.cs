using System.Net.ServerSentEvents;
using System.Text.Json;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// What was told of all jobs and experiments, and what is to be told next. A round reads all that has changed in a fixed number of queries,
/// and changes nothing here where one of them fails.
/// </summary>
internal sealed class EventChanges
{
    /// <summary>The event of an experiment: when it is made, and when it has ended.</summary>
    public const string ExperimentEvent = "experiment";

    private const string SqliteFrom = "SELECT r.* FROM json_each({0}) AS c JOIN ";
    private const string SqliteOn =
        """ AS r ON r."JobId" = json_extract(c.value, '$[0]') AND r."Version" > json_extract(c.value, '$[1]')""";
    private const string PostgresFrom = "SELECT r.* FROM unnest({0}, {1}) AS c(id, told) JOIN ";
    private const string PostgresOn = """ AS r ON r."JobId" = c.id AND r."Version" > c.told""";

    private const int MaxRows = 2_000; // of one kind in a round
    private const int RunningVersion = 1; // of an experiment, which has no versions of its own
    private const int EndedVersion = 2;

    private static readonly (string Sqlite, string Postgres) s_metrics =
        (SqliteFrom + "metrics" + SqliteOn, PostgresFrom + "metrics" + PostgresOn);
    private static readonly (string Sqlite, string Postgres) s_checkpoints =
        (SqliteFrom + "checkpoints" + SqliteOn, PostgresFrom + "checkpoints" + PostgresOn);

    private readonly Dictionary<Guid, Followed> _jobs = [];
    private readonly HashSet<Guid> _experiments = [];

    private EventChanges(DateTime now) => Told = new EventCursor(now);

    /// <summary>The cursor after the last event.</summary>
    public EventCursor Told { get; }

    /// <summary>Takes what is stored now for told.</summary>
    public static async Task<EventChanges> BeginAsync(AppDbContext store, CancellationToken token)
    {
        DateTime now = await NowAsync(store, token), recent = now - EventCursor.Slack;
        var begun = new EventChanges(now);
        foreach (var job in await store.TrainingJobs
            .Where(job => !JobStatuses.Terminal.Contains(job.Status) || job.EndedAt > recent)
            .Select(job => new { job.Id, job.Version, job.EndedAt }).ToListAsync(token))
        {
            if (job.EndedAt is { } endedAt)
            {
                begun.Told.Ended(job.Id, job.Version, endedAt);
            }
            else
            {
                begun.Follow(job.Id, new Followed(job.Version, Shown: null));
            }
        }

        foreach (var experiment in await store.Experiments
            .Where(row => row.EndedAt == null || row.EndedAt > recent).Select(row => new { row.Id, row.EndedAt }).ToListAsync(token))
        {
            if (experiment.EndedAt is { } endedAt)
            {
                begun.Told.Ended(experiment.Id, EndedVersion, endedAt);
            }
            else
            {
                begun._experiments.Add(experiment.Id);
                begun.Told.Received(experiment.Id, RunningVersion);
            }
        }

        return begun;
    }

    /// <summary>What has happened since the last round, in order; null where it is more than a round takes.</summary>
    public async Task<List<SseItem<object>>?> NextAsync(AppDbContext store, CancellationToken token)
    {
        DateTime now = await NowAsync(store, token);
        Guid recent = Guid.CreateVersion7(new DateTimeOffset(now - EventCursor.Slack, TimeSpan.Zero));
        (List<JobRow> jobs, Guid[] sought) = await ChangedJobsAsync(store, recent, now - EventCursor.Slack, token);
        if (await HappenedAsync(store, jobs, recent, token) is not { } happened)
        {
            return null;
        }

        List<ExperimentSummary> experiments = await ChangedExperimentsAsync(store, recent, token);
        var events = new List<SseItem<object>>();
        events.AddRange(experiments.Where(experiment => experiment.EndedAt is null).Select(experiment => Tell(experiment, now)));
        foreach (JobRow job in jobs)
        {
            Tell(job, happened[job.Id].Where(each => each.Version <= job.Version).OrderBy(each => each.Version), now, events);
        }

        events.AddRange(experiments.Where(experiment => experiment.EndedAt is not null).Select(experiment => Tell(experiment, now)));
        foreach (Guid deleted in sought.Except(jobs.Select(job => job.Id)))
        {
            _jobs.Remove(deleted);
            Told.Forget(deleted);
        }

        Told.Advance(now);
        return events;
    }

    /// <param name="after">What was received with the event.</param>
    public static SseItem<object> Event(string type, object data, EventCursor after) => new(data, type) { EventId = after.ToString() };

    public static void Receive(EventCursor cursor, ExperimentSummary experiment, DateTime now)
    {
        if (experiment.EndedAt is null)
        {
            cursor.Received(experiment.Id, RunningVersion);
        }
        else
        {
            cursor.Ended(experiment.Id, EndedVersion, now);
        }
    }

    public static IQueryable<ExperimentSummary> Summaries(AppDbContext store, IQueryable<ExperimentRow> experiments) => experiments
        .OrderBy(row => row.Id)
        .Select(row => ExperimentSummary.Of(row, store.Jobs.Count(job => job.ExperimentId == row.Id)));

    /// <summary>The database's clock, by which ends are told.</summary>
    public static Task<DateTime> NowAsync(AppDbContext store, CancellationToken token) =>
        store.Sweeps.Select(_ => AppDbContext.Now()).SingleAsync(token);

    /// <returns>The jobs that have changed, and the ids that were sought: those that are not among the jobs were deleted.</returns>
    private async Task<(List<JobRow> Jobs, Guid[] Sought)> ChangedJobsAsync(
        AppDbContext store, Guid recent, DateTime recently, CancellationToken token)
    {
        // Those that have not ended, and those that may have begun, or gone on, and ended since the last round.
        var current = await store.TrainingJobs
            .Where(job => !JobStatuses.Terminal.Contains(job.Status) || job.Id > recent || job.EndedAt > recently)
            .Select(job => new { job.Id, job.Version, job.EndedAt })
            .ToDictionaryAsync(job => job.Id, token);
        Guid[] sought =
        [
            .. current.Values
                .Where(job => !(job.EndedAt is { } endedAt && Told.HasEnded(job.Id, endedAt, job.Version))
                    && _jobs.GetValueOrDefault(job.Id)?.Version != job.Version)
                .Select(job => job.Id),
            .. _jobs.Keys.Where(id => !current.ContainsKey(id)),
        ];
        List<JobRow> jobs = sought.Length == 0
            ? []
            : await store.Jobs.AsNoTracking().Where(job => sought.Contains(job.Id)).OrderBy(job => job.Id).ToListAsync(token);
        return (jobs, sought);
    }

    /// <summary>The points and checkpoints of the jobs since each was last told of; null where they are more than a round takes.</summary>
    private async Task<ILookup<Guid, (long Version, string Type, object Data)>?> HappenedAsync(
        AppDbContext store, List<JobRow> jobs, Guid recent, CancellationToken token)
    {
        JobRow[] begun = [.. jobs.Where(job => job.Version > 0)];
        (Guid[] ids, long[] told) = ([.. begun.Select(job => job.Id)], [.. begun.Select(job => VersionTold(job, recent))]);
        if (ids.Length == 0)
        {
            return Array.Empty<(Guid, long, string, object)>().ToLookup(each => each.Item1, each => (each.Item2, each.Item3, each.Item4));
        }

        List<MetricRow> metrics = await Since(store.Metrics, s_metrics, store.Database.IsSqlite(), ids, told).ToListAsync(token);
        List<CheckpointRow> checkpoints = await Since(store.Checkpoints, s_checkpoints, store.Database.IsSqlite(), ids, told)
            .ToListAsync(token);
        if (metrics.Count == MaxRows || checkpoints.Count == MaxRows)
        {
            return null;
        }

        Dictionary<Guid, JobRow> rows = jobs.ToDictionary(job => job.Id);
        return metrics.Select(row => (row.JobId, row.Version, Type: "progress", Data: (object)JobEvents.ProgressOf(rows[row.JobId], row)))
            .Concat(checkpoints.Select(row => (row.JobId!.Value, row.Version, "checkpoint", (object)CheckpointResponse.Of(row))))
            .ToLookup(each => each.Item1, each => (each.Item2, each.Item3, each.Item4));
    }

    /// <summary>The rows of each job with a version above the one given for it, in one query for all jobs.</summary>
    private static IQueryable<T> Since<T>(DbSet<T> rows, (string Sqlite, string Postgres) sql, bool isSqlite, Guid[] ids, long[] versions)
        where T : class =>
        (isSqlite
            ? rows.FromSqlRaw(
                sql.Sqlite,
                JsonSerializer.Serialize(ids.Zip(versions, (id, version) => new object[] { $"{id}".ToUpperInvariant(), version })))
            : rows.FromSqlRaw(sql.Postgres, ids, versions))
            .AsNoTracking()
            .Take(MaxRows);

    private async Task<List<ExperimentSummary>> ChangedExperimentsAsync(AppDbContext store, Guid recent, CancellationToken token)
    {
        List<Guid> running = await store.Experiments.Where(row => row.EndedAt == null).Select(row => row.Id).ToListAsync(token);
        Guid[] sought = [.. running.Except(_experiments), .. _experiments.Except(running)];
        List<ExperimentSummary> changed = await Summaries(
            store, store.Experiments.AsNoTracking().Where(row => sought.Contains(row.Id) || row.Id > recent)).ToListAsync(token);
        _experiments.ExceptWith(_experiments.Except(running).Except(changed.Select(row => row.Id)).ToList()); // deleted
        return [.. changed.Where(row => row.EndedAt is null ? !_experiments.Contains(row.Id) : !Told.HasEnded(row.Id))];
    }

    /// <summary>
    /// The version up to which the job was told. Of one that had ended long ago and goes on, what came before was told then.
    /// </summary>
    private long VersionTold(JobRow job, Guid recent) =>
        _jobs.GetValueOrDefault(job.Id)?.Version ?? Told.VersionOf(job.Id) ?? (job.Id > recent ? -1 : job.Version - 1);

    private SseItem<object> Tell(ExperimentSummary experiment, DateTime now)
    {
        if (experiment.EndedAt is null)
        {
            _experiments.Add(experiment.Id);
        }
        else
        {
            _experiments.Remove(experiment.Id);
        }

        Receive(Told, experiment, now);
        return Event(ExperimentEvent, experiment, Told);
    }

    private void Tell(
        JobRow job, IEnumerable<(long Version, string Type, object Data)> happened, DateTime now, List<SseItem<object>> events)
    {
        long version = _jobs.GetValueOrDefault(job.Id)?.Version ?? -1;
        foreach ((long at, string type, object data) in happened)
        {
            Told.Received(job.Id, version = at);
            events.Add(Event(type, data, Told));
        }

        if (job.Status.IsTerminal())
        {
            _jobs.Remove(job.Id);
            Told.Ended(job.Id, job.Version, now);
            events.Add(Event("ended", new EndedEvent(TrainingJobResponse.Of(job)), Told));
            return;
        }

        (JobStatus Status, JobProgress Progress) state = (job.Status, JobProgress.Of(job));
        bool isNews = version < job.Version && _jobs.GetValueOrDefault(job.Id)?.Shown != state; // a mere beat of the worker is none
        Follow(job.Id, new Followed(job.Version, state));
        if (isNews)
        {
            events.Add(Event("progress", ProgressEvent.Of(job), Told));
        }
    }

    /// <summary>A job that only waits is not in the cursor, which would else be as long as the queue.</summary>
    private void Follow(Guid id, Followed followed)
    {
        _jobs[id] = followed;
        if (followed.Version > 0)
        {
            Told.Received(id, followed.Version);
        }
    }

    /// <param name="Shown">The state that was shown last; null where none was.</param>
    private sealed record Followed(long Version, (JobStatus, JobProgress)? Shown);
}
