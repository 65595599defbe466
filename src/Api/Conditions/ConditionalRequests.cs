using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Conditions;

/// <summary>Conditional requests (RFC 9110, section 13): a reader asks for news only, a writer names what it means to replace.</summary>
internal static class ConditionalRequests
{
    public static EntityTagHeaderValue EntityTag(string value) => new($"\"{value}\"");

    /// <summary>Shows <paramref name="current"/> as the answer's ETag.</summary>
    /// <returns>Whether the caller has just that already, so that 304 says all.</returns>
    public static bool IsKnown(this HttpContext context, EntityTagHeaderValue current)
    {
        context.Response.GetTypedHeaders().ETag = current;
        return context.Request.Knows(current);
    }

    /// <summary>Whether <c>If-None-Match</c> names <paramref name="current"/>.</summary>
    public static bool Knows(this HttpRequest request, EntityTagHeaderValue current) =>
        Contain(request.GetTypedHeaders().IfNoneMatch, current, useStrongComparison: false);

    /// <summary>Whether a write may go on: <c>If-Match</c> names what is there now, and <c>If-None-Match</c> does not.</summary>
    /// <param name="current">What is there now; null where nothing is.</param>
    public static bool AllowWriteOver(this HttpRequest request, EntityTagHeaderValue? current)
    {
        RequestHeaders headers = request.GetTypedHeaders();
        return (request.Headers.IfMatch.Count == 0 || (current is not null && Contain(headers.IfMatch, current, useStrongComparison: true)))
            && (current is null || !Contain(headers.IfNoneMatch, current, useStrongComparison: false));
    }

    private static bool Contain(IList<EntityTagHeaderValue> wanted, EntityTagHeaderValue current, bool useStrongComparison) =>
        wanted.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison));
}
