using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace AutoencoderApi.Api.Errors;

/// <summary>
/// Writes every problem as problem+json, whatever the Accept header prefers (RFC 9110, section 15.5.7, allows that): the framework's own
/// writer gives an error no body where a client asks for an image.
/// </summary>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public const string ContentType = "application/problem+json";
    public const string TraceId = "traceId";

    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        (HttpContext http, ProblemDetails problem) = (context.HttpContext, context.ProblemDetails);
        problem.Status ??= http.Response.StatusCode;
        ProblemSetup.Complete(problem, problem.Status.Value, http.Request.Path, http.Response.Headers.Allow.ToString());
        problem.Extensions[TraceId] = Activity.Current?.Id ?? http.TraceIdentifier;
        if (problem.Extensions.TryGetValue(Problems.RetryAfter, out object? seconds))
        {
            http.Response.Headers.RetryAfter = Convert.ToString(seconds, CultureInfo.InvariantCulture);
        }

        // Not with the request's token: of a request that took too long it is cancelled, and that is what the problem says.
        await http.Response.WriteAsJsonAsync(problem, problem.GetType(), json.Value.SerializerOptions, ContentType, CancellationToken.None);
    }
}
