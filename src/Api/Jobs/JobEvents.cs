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
/// <param name="Status">Current status.</param>
/// <param name="Progress">Progress at the time of the event.</param>
/// <param name="Point">Losses of an evaluation; null where only the step or the status has changed.</param>
internal sealed record ProgressEvent(JobStatus Status, JobProgress Progress, MetricPoint? Point);

/// <summary>
/// A job's events, read from what is stored: so any process can tell them, before and after a restart. An event's id is the
/// version of the job that its write made. A job's writes follow one another, hence all events up to a version are there
/// once that version is.
/// </summary>
internal sealed class JobEvents(
    IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier, IOptions<LimitsOptions> limits, IHostApplicationLifetime lifetime)
{
    /// <summary>Bytes of the largest <c>progress</c> event with a point, and of the largest <c>checkpoint</c> event, as JSON.</summary>
    public const int MaxPointBytes = 512;
    public const int MaxCheckpointBytes = 3_072;

    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(15);

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
        long reported = TimeProvider.System.GetTimestamp();
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            if (await ReadBatchAsync(id, sent, token) is not var (job, batch, isAll))
            {
                yield break; // deleted meanwhile
            }

            foreach ((long version, SseItem<object> happened) in batch)
            {
                (sent, reported) = (version, TimeProvider.System.GetTimestamp());
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
                (shown, reported) = (now, TimeProvider.System.GetTimestamp());
                yield return Event("progress", job.Version, new ProgressEvent(now.Status, now.Progress, Point: null));
            }

            await notifier.WaitForChangeAsync(id, sent = job.Version, s_quiet, token);
            if (TimeProvider.System.GetElapsedTime(reported) >= s_quiet)
            {
                reported = TimeProvider.System.GetTimestamp();
                await WriteCommentAsync(response, token);
            }
        }
    }

    private static async Task WriteCommentAsync(HttpResponse response, CancellationToken token)
    {
        await response.Body.WriteAsync(":\n\n"u8.ToArray(), token);
        await response.Body.FlushAsync(token);
    }

    /// <summary>The job, its next stored events in order, and whether they are all up to its version; null where the job is gone.</summary>
    private async Task<(JobRow Job, List<(long Version, SseItem<object> Event)> Events, bool IsAll)?> ReadBatchAsync(
        Guid id,
        long sent,
        CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await store.Jobs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token) is not { } job)
        {
            return null;
        }

        List<MetricRow> metrics = await store.Metrics.AsNoTracking()
            .Where(row => row.JobId == id && row.Version > sent && row.Version <= job.Version)
            .OrderBy(row => row.Version).ThenBy(row => row.Step).Take(_points)
            .ToListAsync(token);
        List<CheckpointRow> checkpoints = await store.Checkpoints.AsNoTracking()
            .Where(row => row.JobId == id && row.Version > sent && row.Version <= job.Version)
            .OrderBy(row => row.Version).ThenBy(row => row.Step).Take(_checkpoints)
            .ToListAsync(token);
        long until = Math.Min(
            metrics.Count == _points ? metrics[^1].Version : job.Version,
            checkpoints.Count == _checkpoints ? checkpoints[^1].Version : job.Version);
        List<(long Version, SseItem<object> Event)> events =
        [
            .. metrics.Select(row => (row.Version, Event("progress", row.Version, ProgressOf(job, row)))),
            .. checkpoints.Select(row => (row.Version, Event("checkpoint", row.Version, CheckpointResponse.Of(row)))),
        ];
        return (job, [.. events.Where(happened => happened.Version <= until).OrderBy(happened => happened.Version)], until == job.Version);
    }

    private static ProgressEvent ProgressOf(JobRow job, MetricRow row)
    {
        JobProgress now = JobProgress.Of(job);
        return new ProgressEvent(
            job.Status,
            now with { Step = row.Step, Percent = JobProgress.PercentOf(row.Step, now.Steps) },
            new MetricPoint(row.Step, row.TrainLoss, row.ValidationLoss, row.DeadUnits, row.ElapsedSeconds));
    }

    private static SseItem<object> Event(string type, long version, object data) =>
        new(data, type) { EventId = version.ToString(CultureInfo.InvariantCulture) };
}
