using System.Text;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Http;

/// <summary>Refuses bodies in a content coding or a charset that no reader here knows, before one tries.</summary>
internal static class BodyCodings
{
    private const string Identity = "identity";

    private static readonly HashSet<string> s_charsets = [.. Encoding.GetEncodings().Select(encoding => encoding.Name.ToUpperInvariant())];

    public static void UseBodyCodings(this IApplicationBuilder app) => app.Use((context, next) =>
        ReadsBody(context) && (UnknownCoding(context) ?? UnknownCharset(context.Request)) is { } problem
            ? problem.ExecuteAsync(context)
            : next(context));

    /// <summary>Declares the problem of a body in a media type, content coding or charset that the endpoint does not take.</summary>
    public static TBuilder WithBodyCodings<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.ProducesProblems(metadata => metadata.ReadsBody() ? [ProblemType.UnsupportedMediaType] : []);

    /// <summary>Whether the endpoint has a use for the request's body, and there may be one.</summary>
    private static bool ReadsBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
        && context.GetEndpoint()?.Metadata.ReadsBody() is true;

    /// <summary>The answer to an unknown coding says by <c>Accept-Encoding</c> which there are (RFC 9110, section 15.5.16).</summary>
    private static ProblemHttpResult? UnknownCoding(HttpContext context)
    {
        string[] codings = context.Request.Headers.GetCommaSeparatedValues(HeaderNames.ContentEncoding);
        if (Array.Find(codings, coding => !coding.Equals(Identity, StringComparison.OrdinalIgnoreCase)) is not { } unknown)
        {
            return null;
        }

        context.Response.Headers.AcceptEncoding = Identity;
        return Problems.MediaTypeUnsupported(
            $"The body has the Content-Encoding '{unknown}'; bodies are taken as they are. Send it without that header, not compressed.");
    }

    private static ProblemHttpResult? UnknownCharset(HttpRequest request)
    {
        if (!request.HasJsonContentType() || MediaTypeHeaderValue.Parse(request.ContentType) is not { Charset.HasValue: true } type)
        {
            return null;
        }

        string charset = HeaderUtilities.RemoveQuotes(type.Charset).ToString();
        if (!s_charsets.Contains(charset.ToUpperInvariant()))
        {
            return Problems.MediaTypeUnsupported(
                $"The charset '{charset}' of the body is not known. Send JSON as UTF-8 (RFC 8259, section 8.1), and leave the charset out."
            );
        }

        type.Charset = charset; // without quotes, which the JSON reader would take as part of the name
        request.ContentType = type.ToString();
        return null;
    }
}
