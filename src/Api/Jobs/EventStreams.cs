using System.Text;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Jobs;

/// <summary>What all streams of server-sent events have in common (HTML Living Standard, section 9.2).</summary>
internal static class EventStreams
{
    public const string MediaType = "text/event-stream";

    /// <summary>How long a stream may be silent.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private const int RetrySeconds = 10;

    /// <summary>The headers of a stream alone: without a body it would have no end.</summary>
    public static IResult Head(HttpResponse response)
    {
        Unbuffer(response);
        (response.ContentType, response.Headers.CacheControl) = (MediaType, "no-cache,no-store");
        return Results.Empty;
    }

    /// <summary>The problem of a caller that reads as many streams as it may; null where it may read this one, which counts.</summary>
    public static ProblemHttpResult? Refusal(HttpContext context, SseConnectionLimiter readers)
    {
        if (readers.TryEnter(context.IdOrAddress()) is not { } reader)
        {
            return Problems.TooManyRequests(
                "You read as many event streams as one caller may. Close one, or poll the job instead.", RetrySeconds);
        }

        Unbuffer(context.Response);
        context.Response.RegisterForDispose(reader);
        if (context.Key() is { } key)
        {
            context.Response.RegisterForDispose(key.Revoked.UnsafeRegister(static stream => ((HttpContext)stream!).Abort(), context));
        }

        return null;
    }

    /// <summary>Waits for <paramref name="news"/> as long as the stream may be silent.</summary>
    /// <returns>Whether it came.</returns>
    public static async Task<bool> ComesAsync(Task news, TimeProvider time, CancellationToken token)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        await Task.WhenAny(news, Task.Delay(Quiet, time, over.Token));
        await over.CancelAsync();
        token.ThrowIfCancellationRequested();
        return news.IsCompleted;
    }

    /// <summary>Writes a line that readers ignore. The writer of the events waits meanwhile, so neither interrupts the other.</summary>
    public static Task WriteCommentAsync(HttpResponse response, CancellationToken token) => WriteAsync(response, ":\n\n", token);

    /// <summary>Sets the reader's last event id without an event.</summary>
    public static Task WriteIdAsync(HttpResponse response, string id, CancellationToken token) =>
        WriteAsync(response, $"id: {id}\n\n", token);

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken token)
    {
        await response.Body.WriteAsync(Encoding.ASCII.GetBytes(text), token);
        await response.Body.FlushAsync(token);
    }

    private static void Unbuffer(HttpResponse response) =>
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would else hold the events back
}
