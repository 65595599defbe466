using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;

namespace AutoencoderApi.Api.Jobs;

internal static class EventEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapEvents(this IEndpointRouteBuilder app) => app.MapGet("/v1/events", FollowAsync)
        .WithTags("Training jobs")
        .RequireRole(Roles.Reader)
        .WithName("followEvents")
        .WithSummary("Follow all jobs and experiments by one stream of server-sent events")
        .TakesHeader(
            LastEventId,
            "Id of the last received event: the stream resumes after it. Without this header it starts with the present state of the jobs "
            + "that run and of their experiments.",
            "AAABm0h1mNgAAAAAAAAAAAAAAAE",
            "^[A-Za-z0-9_-]{11,8203}$")
        .Produces(200, contentType: EventStreams.MediaType)
        .Answers(200, "The events of all jobs and experiments. The stream has no end.")
        .AnswersEvent<ProgressEvent>("progress")
        .AnswersEvent<CheckpointResponse>("checkpoint")
        .AnswersEvent<EndedEvent>("ended")
        .AnswersEvent<ExperimentSummary>(EventChanges.ExperimentEvent)
        .ProducesProblems(ProblemType.InvalidFields)
        .VariesBy(LastEventId)
        .DisableRequestTimeout();

    public static async Task<IResult> FollowAsync(
        EventFeed feed, EventHistory history, SseConnectionLimiter readers, TimeProvider time, HttpContext context, CancellationToken token)
    {
        EventCursor? from = null;
        if (context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last && !EventCursor.TryParse(last, out from))
        {
            return Problems.Invalid(LastEventId, "must be the id of an event of this stream.");
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return EventStreams.Head(context.Response);
        }

        if (EventStreams.Refusal(context, readers) is { } refusal)
        {
            return refusal;
        }

        EventReader reader = await feed.JoinAsync(token);
        context.Response.RegisterForDispose(reader);
        IAsyncEnumerable<SseItem<object>> before = from is null
            ? (await history.PresentAsync(token)).ToAsyncEnumerable()
            : history.BetweenAsync(from, reader.Joined, token);
        return TypedResults.ServerSentEvents(ReadAsync(before, reader, time, context.Response, token));
    }

    /// <param name="before">What comes before that which happens from now on.</param>
    private static async IAsyncEnumerable<SseItem<object>> ReadAsync(
        IAsyncEnumerable<SseItem<object>> before,
        EventReader reader,
        TimeProvider time,
        HttpResponse response,
        [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (SseItem<object> happened in before)
        {
            yield return happened;
        }

        await EventStreams.WriteIdAsync(response, reader.Joined.ToString(), token); // a stream that breaks off now resumes here
        await foreach (SseItem<object> happened in LiveAsync(reader, time, response, token))
        {
            yield return happened;
        }
    }

    /// <summary>What happens, until the feed ends the reader or the caller leaves.</summary>
    private static async IAsyncEnumerable<SseItem<object>> LiveAsync(
        EventReader reader, TimeProvider time, HttpResponse response, [EnumeratorCancellation] CancellationToken token)
    {
        while (true)
        {
            while (reader.Events.TryRead(out SseItem<object> happened))
            {
                yield return happened;
            }

            Task<bool> more = reader.Events.WaitToReadAsync(token).AsTask();
            while (!await EventStreams.ComesAsync(more, time, token))
            {
                await EventStreams.WriteCommentAsync(response, token);
            }

            if (!await more)
            {
                yield break;
            }
        }
    }
}
