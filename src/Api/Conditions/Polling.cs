using System.Globalization;

namespace AutoencoderApi.Api.Conditions;

/// <summary>How a caller waits for news: by asking again, or by letting the service hold the answer (RFC 7240, section 4.3).</summary>
internal static class Polling
{
    /// <summary>Seconds after which asking again is worth it.</summary>
    public const string RetryAfter = "1";

    private const int MaxWaitSeconds = 30;
    private const string Wait = "wait=";

    /// <summary>
    /// The <c>wait</c> of the Prefer header, or null; a preference that makes no sense is as good as none (RFC 7240, section
    /// 2).
    /// </summary>
    public static TimeSpan? PreferredWait(this HttpRequest request) =>
        request
            .Headers.GetCommaSeparatedValues("Prefer")
            .Select(preference => preference.Split(';')[0].Replace(" ", "", StringComparison.Ordinal))
            .Where(preference => preference.StartsWith(Wait, StringComparison.OrdinalIgnoreCase))
            .Select(preference =>
                int.TryParse(preference[Wait.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
                    ? TimeSpan.FromSeconds(Math.Min(seconds, MaxWaitSeconds))
                    : (TimeSpan?)null)
            .FirstOrDefault();

    public static string Applied(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture, $"{Wait}{wait.TotalSeconds}");
}
