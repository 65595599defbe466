using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>What a reader of all events gets before what happens from now on: what runs, or what it has missed.</summary>
internal sealed class EventHistory(IDbContextFactory<AppDbContext> stores, JobEvents events)
{
    /// <summary>
    /// The present state of the jobs that have begun and not ended, and of their experiments, without ids: a reader that breaks off within
    /// them begins anew.
    /// </summary>
    public async Task<IReadOnlyList<SseItem<object>>> PresentAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<ExperimentSummary> experiments = await EventChanges.Summaries(
            store, store.Experiments.AsNoTracking().Where(row => row.EndedAt == null)).ToListAsync(token);
        List<JobRow> jobs = await store.TrainingJobs.AsNoTracking()
            .Where(job => !JobStatuses.Terminal.Contains(job.Status) && job.Version > 0).OrderBy(job => job.Id).ToListAsync(token);
        return
        [
            .. experiments.Select(experiment => new SseItem<object>(experiment, EventChanges.ExperimentEvent)),
            .. jobs.Select(job => new SseItem<object>(ProgressEvent.Of(job), "progress")),
        ];
    }

    /// <summary>
    /// What happened between the two cursors: what has ended in the order of its ends, then what has not. An event that was on its way when
    /// the stream broke off may come again; none is left out.
    /// </summary>
    /// <param name="from">What the reader has received.</param>
    /// <param name="to">What it gets otherwise is behind this.</param>
    public async IAsyncEnumerable<SseItem<object>> BetweenAsync(
        EventCursor from, EventCursor to, [EnumeratorCancellation] CancellationToken token)
    {
        (List<Missed> missed, List<ExperimentSummary> experiments) = await MissedAsync(from, token);
        EventCursor received = from.Copy();
        foreach (ExperimentSummary experiment in experiments.Where(
            row => row.EndedAt is null && (received.VersionOf(row.Id) is null || received.HasEnded(row.Id))))
        {
            EventChanges.Receive(received, experiment, received.Since);
            yield return EventChanges.Event(EventChanges.ExperimentEvent, experiment, received);
        }

        foreach ((DateTime at, Missed? job, ExperimentSummary? experiment) in Ends(missed, experiments, from, to))
        {
            received.Advance(at > received.Since ? at : received.Since);
            if (experiment is not null)
            {
                EventChanges.Receive(received, experiment, at);
                yield return EventChanges.Event(EventChanges.ExperimentEvent, experiment, received);
            }

            await foreach (SseItem<object> happened in OfJobAsync(job, job?.Version ?? 0, received, token))
            {
                yield return happened;
            }
        }

        foreach (Missed job in missed.Where(job => IsLive(job, to) || job is { Version: 0, EndedAt: null }))
        {
            await foreach (SseItem<object> happened in OfJobAsync(
                job with { EndedAt = null }, to.VersionOf(job.Id) ?? 0, received, token))
            {
                yield return happened;
            }
        }
    }

    /// <summary>Whether the job had begun and not ended where the reader goes on, so that its end is told to it then.</summary>
    private static bool IsLive(Missed job, EventCursor to) => to.VersionOf(job.Id) is not null && !to.HasEnded(job.Id);

    /// <summary>The jobs and experiments that have ended meanwhile, in the order of their ends.</summary>
    private static List<(DateTime At, Missed? Job, ExperimentSummary? Experiment)> Ends(
        List<Missed> missed, List<ExperimentSummary> experiments, EventCursor from, EventCursor to)
    {
        var jobs = missed
            .Where(job => job.EndedAt is { } endedAt && !from.HasEnded(job.Id, endedAt, job.Version) && !IsLive(job, to))
            .Select(job => (job.EndedAt!.Value, (Missed?)job, (ExperimentSummary?)null));
        var others = experiments
            .Where(row => row.EndedAt is not null && !from.HasEnded(row.Id))
            .Select(row => (row.EndedAt!.Value, (Missed?)null, (ExperimentSummary?)row));
        return jobs.Concat(others).OrderBy(end => end.Item1).ToList();
    }

    /// <summary>The job's events behind what was received, up to that version, and its end or its state.</summary>
    private async IAsyncEnumerable<SseItem<object>> OfJobAsync(
        Missed? missed, long until, EventCursor received, [EnumeratorCancellation] CancellationToken token)
    {
        if (missed is null)
        {
            yield break;
        }

        long sent = received.VersionOf(missed.Id) ?? -1;
        JobRow? job = null;
        for (bool isAll = sent >= until && missed.EndedAt is null; !isAll;)
        {
            if (await events.ReadBatchAsync(missed.Id, sent, until, token) is not var (row, batch, all))
            {
                received.Forget(missed.Id); // deleted meanwhile
                yield break;
            }

            foreach ((long version, SseItem<object> happened) in batch)
            {
                received.Received(missed.Id, sent = version);
                yield return EventChanges.Event(happened.EventType, happened.Data, received);
            }

            (job, isAll) = (row, all);
        }

        if (job is not null && missed.EndedAt is { } endedAt)
        {
            received.Ended(missed.Id, until, endedAt);
            yield return EventChanges.Event("ended", new EndedEvent(TrainingJobResponse.Of(job)), received);
        }
        else if (job is not null && sent < until)
        {
            if (until > 0)
            {
                received.Received(missed.Id, until);
            }

            yield return EventChanges.Event("progress", ProgressEvent.Of(job), received);
        }
    }

    /// <summary>What has not ended or has ended since; of jobs that only wait, those made since.</summary>
    private async Task<(List<Missed> Jobs, List<ExperimentSummary> Experiments)> MissedAsync(EventCursor from, CancellationToken token)
    {
        DateTime since = from.Since - EventCursor.Slack;
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<Missed> jobs = await store.TrainingJobs
            .Where(job => JobStatuses.Terminal.Contains(job.Status) ? job.EndedAt > since : job.Version > 0 || job.CreatedAt > since)
            .OrderBy(job => job.Id)
            .Select(job => new Missed(job.Id, job.Version, job.EndedAt))
            .ToListAsync(token);
        List<ExperimentSummary> experiments = await EventChanges.Summaries(
            store, store.Experiments.AsNoTracking().Where(row => row.EndedAt == null || row.EndedAt > since)).ToListAsync(token);
        return (jobs, experiments);
    }

    private sealed record Missed(Guid Id, long Version, DateTime? EndedAt);
}
