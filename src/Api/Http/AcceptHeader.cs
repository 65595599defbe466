using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Http;

/// <summary>Which representation a request prefers (RFC 9110, section 12.5.1).</summary>
internal static class AcceptHeader
{
    /// <summary>
    /// Whether the Accept header ranks <paramref name="type"/> above the default <paramref name="over"/>. Parameters other than <c>q</c>
    /// are ignored.
    /// </summary>
    public static bool Prefers(this HttpRequest request, string type, string over)
    {
        IList<MediaTypeHeaderValue> ranges = request.GetTypedHeaders().Accept;
        return Rank(ranges, type).CompareTo(Rank(ranges, over)) > 0;
    }

    /// <summary>
    /// The weight of the most specific range that the type falls into, 0 where there is none. Of equal weights a range that names the type
    /// counts more than <c>*/*</c>.
    /// </summary>
    private static (double Quality, bool IsNamed) Rank(IList<MediaTypeHeaderValue> ranges, string type)
    {
        string[] parts = type.Split('/');
        MediaTypeHeaderValue? best = ranges
            .Where(range => Covers(range, parts[0], parts[1]))
            .OrderByDescending(Specificity).ThenByDescending(range => range.Quality ?? 1)
            .FirstOrDefault();
        return best is null ? (0, false) : (best.Quality ?? 1, !best.MatchesAllTypes);
    }

    private static bool Covers(MediaTypeHeaderValue range, string type, string subtype) =>
        range.MatchesAllTypes
        || (range.Type.Equals(type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || range.SubType.Equals(subtype, StringComparison.OrdinalIgnoreCase)));

    private static int Specificity(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
