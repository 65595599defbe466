using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.OpenApi;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Conditions;

/// <summary>
/// Conditional requests (RFC 9110, section 13): a reader asks for news only, a writer names what it means to replace. A strong ETag is that
/// of one representation, so compressed JSON has another one than plain JSON: the same with the coding behind it (section 8.8.3.3).
/// </summary>
internal static class ConditionalRequests
{
    private const string Example = "\"01a2106100ad7380b090c0c951facf43\"";

    /// <param name="coding">The content coding of the representation; null where it has none.</param>
    public static EntityTagHeaderValue EntityTag(string value, string? coding = null) =>
        new(coding is null ? $"\"{value}\"" : $"\"{value}-{coding}\"");

    /// <summary>Shows the ETag of the answer, which is of that media type.</summary>
    /// <returns>Whether the caller has just that already, so that 304 says all.</returns>
    public static bool IsKnown(this HttpContext context, string value, string mediaType)
    {
        context.Show(value, mediaType);
        return context.HasCopy(value, mediaType) || context.Request.TakesAnyCopy();
    }

    /// <summary>Shows the ETag of the answer, which is of that media type.</summary>
    public static void Show(this HttpContext context, string value, string mediaType)
    {
        context.Response.GetTypedHeaders().ETag = EntityTag(value, context.CodingOf(mediaType));
        if (mediaType == Compression.Json)
        {
            context.Response.VariesByCoding();
        }
    }

    /// <summary>Whether <c>If-None-Match</c> names the representation of that media type whose ETag has that value.</summary>
    public static bool HasCopy(this HttpContext context, string value, string mediaType) =>
        context.Request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } wanted
        && wanted.Any(tag => tag.Compare(EntityTag(value, context.CodingOf(mediaType)), useStrongComparison: false));

    /// <summary>Whether <c>If-None-Match</c> is <c>*</c>: any representation is known, where there is one (RFC 9110, 13.1.2).</summary>
    public static bool TakesAnyCopy(this HttpRequest request) =>
        request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any));

    /// <summary>The answer that a copy with that ETag is current.</summary>
    public static IResult NotModified(this HttpContext context, string value, string mediaType)
    {
        context.Show(value, mediaType);
        return TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    /// <summary>
    /// Whether the caller has the file with that ETag already, so that it need not be read. Shows the ETag where it has. A request with
    /// <c>If-Match</c> is left to what sends the file, which judges that first (RFC 9110, section 13.2.2).
    /// </summary>
    public static bool IsKnownFile(this HttpContext context, string value)
    {
        EntityTagHeaderValue tag = EntityTag(value);
        if (context.Request.Headers.IfMatch.Count > 0 || !context.Request.HasCopy(tag))
        {
            return false;
        }

        context.Response.GetTypedHeaders().ETag = tag;
        return true;
    }

    /// <summary>Whether a handler's result is the answer that was asked for, and no problem.</summary>
    public static bool IsSuccess(this object? result, HttpContext context) =>
        !context.Response.HasStarted
        && context.Response.StatusCode < StatusCodes.Status300MultipleChoices
        && (result is INestedHttpResult nested ? nested.Result : result) is IResult inner
        && inner is not IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status300MultipleChoices };

    /// <summary>Shows <paramref name="current"/> as the ETag of the answer, which is JSON.</summary>
    /// <returns>Whether the caller has just that already, so that 304 says all.</returns>
    public static bool IsKnown(this HttpContext context, EntityTagHeaderValue current)
    {
        context.Response.GetTypedHeaders().ETag = current.In(context.JsonCoding());
        context.Response.VariesByCoding();
        return context.Request.Knows(current);
    }

    /// <summary>Whether <c>If-None-Match</c> names <paramref name="current"/>, as JSON would show it to this request.</summary>
    public static bool Knows(this HttpRequest request, EntityTagHeaderValue current) =>
        request.HasCopy(current.In(request.HttpContext.JsonCoding()));

    /// <summary>Whether <c>If-None-Match</c> names the representation <paramref name="current"/>.</summary>
    public static bool HasCopy(this HttpRequest request, EntityTagHeaderValue current) =>
        Contain(request.GetTypedHeaders().IfNoneMatch, [current], useStrongComparison: false);

    /// <summary>Whether a write may go on: <c>If-Match</c> names what is there now, and <c>If-None-Match</c> does not.</summary>
    /// <param name="current">What is there now, in whichever coding the writer has seen it; null where nothing is.</param>
    public static bool AllowWriteOver(this HttpRequest request, EntityTagHeaderValue? current)
    {
        RequestHeaders headers = request.GetTypedHeaders();
        EntityTagHeaderValue[] there = current is null ? [] : [current, .. Compression.Codings.Select(coding => current.In(coding))];
        return (request.Headers.IfMatch.Count == 0 || (current is not null && Contain(headers.IfMatch, there, useStrongComparison: true)))
            && (current is null || !Contain(headers.IfNoneMatch, there, useStrongComparison: false));
    }

    /// <summary>Declares the ETag of a GET, and the conditional request that it is for.</summary>
    /// <param name="what">What the ETag identifies.</param>
    public static RouteHandlerBuilder AnswersEntityTag(this RouteHandlerBuilder endpoint, string what)
    {
        endpoint.Add(declared => DeclareEntityTag(declared.Metadata, what));
        return endpoint;
    }

    public static void DeclareEntityTag(IList<object> metadata, string what)
    {
        metadata.Add(new ResponseHeaderMetadata(StatusCodes.Status200OK, HeaderNames.ETag, $"Identifies {what}.", Example));
        metadata.Add(new ResponseHeaderMetadata(StatusCodes.Status304NotModified, HeaderNames.ETag, $"Identifies {what}.", Example));
        metadata.Add(new RequestHeaderMetadata(
            HeaderNames.IfNoneMatch,
            "ETag of an earlier answer: while it is current, the answer is 304 without a body.",
            Example,
            Pattern: null));
        metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified, typeof(void)));
        metadata.Add(new ResponseMetadata(
            StatusCodes.Status304NotModified, "Not modified: the `If-None-Match` of the request is current."));
    }

    /// <summary>Declares the ETag of a resource that the endpoint writes, and the precondition that it is for.</summary>
    /// <param name="statuses">Of the responses that show the new ETag.</param>
    public static RouteHandlerBuilder GuardedByEntityTag(this RouteHandlerBuilder endpoint, string what, params int[] statuses) => statuses
        .Aggregate(endpoint, (declared, status) => declared.AnswersHeader(status, HeaderNames.ETag, $"Identifies {what}.", Example))
        .TakesHeader(HeaderNames.IfMatch, "ETag to replace: where it is not current, the answer is 412 and nothing is written.", Example)
        .ProducesProblems(ProblemType.PreconditionFailed);

    private static string? CodingOf(this HttpContext context, string mediaType) =>
        mediaType == Compression.Json ? context.JsonCoding() : null;

    private static EntityTagHeaderValue In(this EntityTagHeaderValue plain, string? coding) =>
        EntityTag(plain.Tag.Subsegment(1, plain.Tag.Length - 2).ToString(), coding);

    private static bool Contain(IList<EntityTagHeaderValue> wanted, EntityTagHeaderValue[] current, bool useStrongComparison) =>
        wanted.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || Array.Exists(current, one => tag.Compare(one, useStrongComparison)));
}
