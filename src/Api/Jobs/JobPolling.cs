using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Jobs;

/// <summary>How a caller asks again and again for something that a job makes, until the job has ended.</summary>
internal static class JobPolling
{
    /// <summary>What a client has seen of a job.</summary>
    /// <param name="queue">Its place in the queue, where that is shown too.</param>
    public static EntityTagHeaderValue EntityTag(JobRow job, QueuePosition? queue = null) =>
        ConditionalRequests.EntityTag(queue is null ? State(job) : $"{State(job)}-{queue.Ahead}-{queue.EtaSeconds}");

    /// <summary>
    /// What is there now; or, where the caller prefers to wait and knows that already, what is there after a change. Says when to ask
    /// again.
    /// </summary>
    /// <param name="jobOf">The job of what was found.</param>
    public static async Task<T?> PollAsync<T>(
        this HttpContext context, Func<Task<T?>> find, Func<T, JobRow> jobOf, JobChangeNotifier notifier, CancellationToken token)
        where T : class
    {
        T? found = await find();
        if (found is not null && jobOf(found) is var before && !before.Status.IsTerminal()
            && context.Request.PreferredWait() is { } wait && IsNoNews(before))
        {
            await notifier.WaitForChangeAsync(before.Id, before.Version, wait, token);
            found = await find();
            context.Response.Headers["Preference-Applied"] = Polling.Applied(wait);
        }

        if (found is not null && !jobOf(found).Status.IsTerminal())
        {
            context.Response.Headers.RetryAfter = Polling.RetryAfter;
        }

        return found;

        bool IsNoNews(JobRow job) => context.Request.Headers.IfNoneMatch.Count == 0
            || context.Request.Knows(EntityTag(job)) || context.Request.KnownInQueue(job) is not null;
    }

    /// <summary>
    /// The tag by which a caller who prefers to wait knows a queued job at whatever place: another place is no news to wait for, since it
    /// changes with every second. Null where there is none.
    /// </summary>
    public static EntityTagHeaderValue? KnownInQueue(this HttpRequest request, JobRow job) =>
        job.Status == JobStatus.Queued && request.PreferredWait() is not null
            ? request.GetTypedHeaders().IfNoneMatch
                .FirstOrDefault(tag => tag.Tag.StartsWith($"\"{State(job)}-", StringComparison.Ordinal))
            : null;

    private static string State(JobRow job) => $"{job.Id:N}-{job.Version}";
}
