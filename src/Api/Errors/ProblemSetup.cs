using System.Text.Json;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace AutoencoderApi.Api.Errors;

/// <summary>The one place that turns faults and bare status codes into problem+json.</summary>
internal static partial class ProblemSetup
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>(); // before the framework's own, which heeds the Accept header
        services.AddProblemDetails();
        services.AddValidation(); // of what ParameterRules.cs declares
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true); // so that a bad body's reason gets here
        services.AddExceptionHandler<MalformedRequestHandler>();
        services.AddExceptionHandler<StoreAwayHandler>();
    }

    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                SuppressDiagnosticsCallback = context =>
                    context.Exception is BadHttpRequestException || DbFaults.IsTransient(context.Exception),
            });
        app.UseStatusCodePages();
        app.Use(ClearFileHeadersAsync);
    }

    /// <summary>Declares the problems of a request that cannot be bound to its handler's parameters, and of a service's fault.</summary>
    public static TBuilder WithProblems<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.ProducesProblems(metadata =>
            metadata.OfType<IParameterBindingMetadata>().Any(parameter => parameter.HasTryParse) || metadata.ReadsBody()
                ? [ProblemType.MalformedRequest, ProblemType.InternalError]
                : [ProblemType.InternalError]);

    /// <summary>Declares the problem of a store that is unavailable, for endpoints that read or write it.</summary>
    public static TBuilder UsesStore<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.ProducesProblems(ProblemType.Unavailable);

    /// <summary>Gives a problem that came with less its type, and a detail that says what to do.</summary>
    /// <param name="allow">The methods that the path takes, where that is the problem.</param>
    public static void Complete(ProblemDetails problem, int status, string path, string allow = "")
    {
        bool isNamed = problem.Type?.StartsWith(ProblemType.UrnPrefix, StringComparison.Ordinal) is true;
        if (!isNamed && problem is HttpValidationProblemDetails invalid)
        {
            invalid.Errors = invalid.Errors.ToDictionary(error => JsonNamingPolicy.CamelCase.ConvertName(error.Key), error => error.Value);
            Problems.DescribeInvalid(invalid);
        }
        else if (!isNamed)
        {
            var type = ProblemType.ForStatus(status);
            (problem.Type, problem.Title) = (type.Urn, type.Title);
        }

        problem.Detail ??= status switch
        {
            404 => $"There is no {path}. /swagger lists what there is.",
            405 => $"{path} takes {allow}.",
            408 => "The body came more slowly than Limits:UploadBytesPerSecond. Send it over a faster connection.",
            413 => "The body has more bytes than this takes (Limits:JsonBytes, NumberBytes, PictureBytes, BatchBytes and the like).",
            414 => "The request's first line is longer than 8,192 bytes. Send what is long in the body.",
            415 => $"The body's media type is not one that {path} takes; /swagger lists them.",
            431 => "The request's headers are more than 100, or more than 16,384 bytes. Send fewer or shorter ones.",
            505 => "HTTP/1.1 is spoken here.",
            500 => "This is a fault of the service; report it with the traceId.",
            _ => problem.Title,
        };
    }

    /// <summary>A request that cannot be read, for the sake of one field or parameter.</summary>
    public static ProblemDetails Malformed(string field, string reason) => new()
    {
        Status = StatusCodes.Status400BadRequest,
        Detail = $"{field}: {reason}",
        Extensions = { ["errors"] = new Dictionary<string, string[]> { [field] = [reason] } },
    };

    public static ProblemDetails StoreAway(bool isFull) => new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Detail = isFull ? "The store has no room left; nothing was changed." : "The store does not answer. Send the request again soon.",
    };

    /// <summary>
    /// A file that is not sent (412, 416) leaves its headers behind: with them the answer would count as one with a
    /// body.
    /// </summary>
    private static async Task ClearFileHeadersAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (!context.Response.HasStarted
            && context.Response.StatusCode is StatusCodes.Status412PreconditionFailed or StatusCodes.Status416RangeNotSatisfiable)
        {
            IHeaderDictionary headers = context.Response.Headers;
            (headers.ContentType, headers.ContentLength, headers.ContentDisposition) = (default, null, default);
        }
    }

    /// <summary>A store that cannot answer now is the caller's to wait for, whatever the call was.</summary>
    private sealed partial class StoreAwayHandler(IProblemDetailsService problems, ILogger<StoreAwayHandler> logger) : IExceptionHandler
    {
        private const string RetryAfterSeconds = "2";

        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (!DbFaults.IsTransient(exception))
            {
                return ValueTask.FromResult(false);
            }

            LogAway(logger, httpContext.Request.Path, exception.Message);
            httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            ProblemDetails problem = StoreAway(DbFaults.IsFull(exception));
            return problems.TryWriteAsync(
                new ProblemDetailsContext
                {
                    HttpContext = httpContext,
                    ProblemDetails = problem,
                    Exception = exception,
                });
        }

        [LoggerMessage(1, LogLevel.Warning, "The store is unavailable, so {Path} was answered with 503: {Reason}")]
        private static partial void LogAway(ILogger logger, string path, string reason);
    }

    /// <summary>Says of a request that could not be bound which field is wrong, and what it may be.</summary>
    private sealed partial class MalformedRequestHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not BadHttpRequestException malformed)
            {
                return false;
            }

            httpContext.Response.StatusCode = malformed.StatusCode;
            ProblemDetails problem = FaultOf(malformed) is var (field, reason)
                ? Malformed(field, reason)
                : new ProblemDetails { Detail = malformed.Message };
            problem.Status = malformed.StatusCode;
            return await problems.TryWriteAsync(
                new ProblemDetailsContext
                {
                    HttpContext = httpContext,
                    ProblemDetails = problem,
                    Exception = exception,
                });
        }

        /// <summary>The field of the body or the parameter that could not be bound, and why.</summary>
        private static (string Field, string Reason)? FaultOf(BadHttpRequestException malformed)
        {
            if (malformed.InnerException is JsonException json)
            {
                return (JsonFault.Field(json) ?? "body", JsonFault.Reason(json));
            }

            GroupCollection binding = FailedBinding().Match(malformed.Message).Groups;
            string reason = $"'{binding["value"].Value}' is not {KindOf(binding["type"].Value)}.";
            return binding["name"].Success ? (JsonNamingPolicy.CamelCase.ConvertName(binding["name"].Value), reason) : null;
        }

        private static string KindOf(string type) => type.TrimEnd('?') switch
        {
            "Guid" => "an id (a UUID)",
            "int" => "a whole number of at most 32 bits",
            _ => "of the type that this parameter takes; see /swagger",
        };

        [GeneratedRegex("""Failed to bind parameter "(?<type>\S+) (?<name>\w+)" from "(?<value>.*)"\.""", RegexOptions.Singleline)]
        private static partial Regex FailedBinding();
    }
}
