using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Jobs;

/// <summary>The data of a <c>progress</c> event.</summary>
/// <param name="JobId">Id of the job.</param>
/// <param name="Status">Current status.</param>
/// <param name="Progress">Progress at the time of the event.</param>
/// <param name="Point">Losses of an evaluation; null where only the step or the status has changed.</param>
internal sealed record ProgressEvent(Guid JobId, JobStatus Status, JobProgress Progress, MetricPoint? Point)
{
    /// <summary>The state of the job as it is.</summary>
    public static ProgressEvent Of(JobRow job) => new(job.Id, job.Status, JobProgress.Of(job), Point: null);
}

/// <summary>The data of an <c>ended</c> event among those of all jobs: the job, its id also by the other events' name.</summary>
internal sealed record EndedEvent : TrainingJobResponse
{
    public EndedEvent(TrainingJobResponse job)
        : base(job)
    {
    }

    /// <summary>Id of the job.</summary>
    public Guid JobId => Id;
}

/// <summary>
/// A job's events, read from what is stored: so any process can tell them, before and after a restart. An event's id is the
/// version of the job that its write made. A job's writes follow one another, hence all events up to a version are there
/// once that version is.
/// </summary>
internal sealed class JobEvents(
    IDbContextFactory<AppDbContext> stores,
    JobChangeNotifier notifier,
    IOptions<LimitsOptions> limits,
    TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    /// <summary>Bytes of the largest <c>progress</c> event with a point, and of the largest <c>checkpoint</c> event, as JSON.</summary>
    public const int MaxPointBytes = 512;
    public const int MaxCheckpointBytes = 3_072;

    // Rows read at a time, half of the bytes for each kind: a job can have 100,000 points, and a reader take as long as it likes.
    private readonly int _points = limits.Value.EventBytes / 2 / MaxPointBytes;
    private readonly int _checkpoints = limits.Value.EventBytes / 2 / MaxCheckpointBytes;

    /// <param name="last">The Last-Event-ID header, or null for the beginning.</param>
    /// <param name="sent">The version up to which all events were received; -1 for none.</param>
    public static bool TryParseId(string? last, JobRow job, out long sent)
    {
        sent = -1;
        return string.IsNullOrEmpty(last)
            || (long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out sent) && sent <= job.Version);
    }

    /// <summary>The events after version <paramref name="sent"/>, to the job's end or the service's.</summary>
    /// <param name="response">Gets a comment line while nothing happens. The writer of the events waits meanwhile, so neither interrupts
    /// the other.</param>
    public async IAsyncEnumerable<SseItem<object>> ReadAsync(
        Guid id,
        long sent,
        HttpResponse response,
        [EnumeratorCancellation] CancellationToken token)
    {
        (JobStatus, JobProgress)? shown = null;
        long reported = time.GetTimestamp();
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            if (await ReadBatchAsync(id, sent, long.MaxValue, token) is not var (job, batch, isAll))
            {
                yield break; // deleted meanwhile
            }

            foreach ((long version, SseItem<object> happened) in batch)
            {
                (sent, reported) = (version, time.GetTimestamp());
                yield return happened;
            }

            if (!isAll)
            {
                continue;
            }

            if (job.Status.IsTerminal())
            {
                yield return Event("ended", job.Version, TrainingJobResponse.Of(job));
                yield break;
            }

            (JobStatus Status, JobProgress Progress) now = (job.Status, JobProgress.Of(job));
            if (sent < job.Version && shown != now) // a mere beat of the worker is no news
            {
                (shown, reported) = (now, time.GetTimestamp());
                yield return Event("progress", job.Version, ProgressEvent.Of(job));
            }

            await notifier.WaitForChangeAsync(id, sent = job.Version, EventStreams.Quiet, token);
            if (time.GetElapsedTime(reported) >= EventStreams.Quiet)
            {
                reported = time.GetTimestamp();
                await EventStreams.WriteCommentAsync(response, token);
            }
        }
    }

    /// <summary>The job, its next stored events in order, and whether they are all up to its version; null where the job is gone.</summary>
    /// <param name="until">The version up to which events are read, where it is below the job's.</param>
    public async Task<(JobRow Job, List<(long Version, SseItem<object> Event)> Events, bool IsAll)?> ReadBatchAsync(
        Guid id,
        long sent,
        long until,
        CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await store.TrainingJobs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token) is not { } job)
        {
            return null;
        }

        long last = Math.Min(until, job.Version);
        List<MetricRow> metrics = await store.Metrics.AsNoTracking()
            .Where(row => row.JobId == id && row.Version > sent && row.Version <= last)
            .OrderBy(row => row.Version).ThenBy(row => row.Step).Take(_points)
            .ToListAsync(token);
        List<CheckpointRow> checkpoints = await store.Checkpoints.AsNoTracking()
            .Where(row => row.JobId == id && row.Version > sent && row.Version <= last)
            .OrderBy(row => row.Version).ThenBy(row => row.Step).Take(_checkpoints)
            .ToListAsync(token);
        long read = Math.Min(
            metrics.Count == _points ? metrics[^1].Version : last,
            checkpoints.Count == _checkpoints ? checkpoints[^1].Version : last);
        List<(long Version, SseItem<object> Event)> events =
        [
            .. metrics.Select(row => (row.Version, Event("progress", row.Version, ProgressOf(job, row)))),
            .. checkpoints.Select(row => (row.Version, Event("checkpoint", row.Version, CheckpointResponse.Of(row)))),
        ];
        return (job, [.. events.Where(happened => happened.Version <= read).OrderBy(happened => happened.Version)], read == last);
    }

    /// <summary>The event of a point of the loss curve.</summary>
    public static ProgressEvent ProgressOf(JobRow job, MetricRow row)
    {
        JobProgress now = JobProgress.Of(job);
        return new ProgressEvent(
            job.Id,
            job.Status,
            now with { Step = row.Step, Percent = JobProgress.PercentOf(row.Step, now.Steps) },
            new MetricPoint(row.Step, row.TrainLoss, row.ValidationLoss, row.DeadUnits, row.ElapsedSeconds));
    }

    private static SseItem<object> Event(string type, long version, object data) =>
        new(data, type) { EventId = version.ToString(CultureInfo.InvariantCulture) };
}
