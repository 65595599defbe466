using System.Globalization;
using System.Text;
using System.Text.Json;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Errors;

/// <summary>
/// A rejection by Kestrel, with a problem as its body. Kestrel's own has a status of 400 or more and no body, and closes the connection.
/// </summary>
internal static class RejectionProblem
{
    /// <summary>Of Kestrel's own answer.</summary>
    public const int MaxBytes = 512;

    private const string NoBody = "Content-Length: 0\r\n";

    /// <param name="written">What Kestrel is about to send.</param>
    /// <returns>The answer to send instead; null where this is no rejection.</returns>
    public static byte[]? For(ReadOnlySpan<byte> written, string connectionId)
    {
        if (written.Length > MaxBytes || !(written.StartsWith("HTTP/1.1 4"u8) || written.StartsWith("HTTP/1.1 5"u8)))
        {
            return null;
        }

        string head = Encoding.ASCII.GetString(written);
        bool isRejection = head.EndsWith("\r\n\r\n", StringComparison.Ordinal)
            && head.Contains(NoBody, StringComparison.Ordinal)
            && head.Contains("Connection: close", StringComparison.Ordinal)
            && !head.Contains(HeaderNames.XContentTypeOptions, StringComparison.Ordinal);
        return isRejection ? Encoding.UTF8.GetBytes(Answer(head, connectionId)) : null;
    }

    private static string Answer(string head, string connectionId)
    {
        int status = int.Parse(head.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        var problem = new ProblemDetails
        {
            Status = status,
            Detail = DetailOf(status),
            Extensions = { [ProblemWriter.TraceId] = connectionId },
        };
        ProblemSetup.Complete(problem, status, path: "");
        string body = JsonSerializer.Serialize(problem, JsonConventions.Json);
        IEnumerable<(string Name, string Value)> headers =
        [
            (HeaderNames.ContentType, ProblemWriter.ContentType),
            (HeaderNames.ContentLength, Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)),
            (HeaderNames.CacheControl, "private, no-store"),
            (HeaderNames.ContentSecurityPolicy, SecurityHeadersMiddleware.NoPage),
            (SecurityHeadersMiddleware.ResourcePolicy, SecurityHeadersMiddleware.OwnOrigin),
            .. SecurityHeadersMiddleware.Fixed,
        ];
        string lines = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));
        return head.Replace(NoBody, lines, StringComparison.Ordinal) + body;
    }

    private static string? DetailOf(int status) => status switch
    {
        400 => "The request's first line or its headers are no HTTP/1.1 (RFC 9112). Look at what the client or a proxy sends.",
        408 => "The headers came more slowly than Limits:HeaderSeconds allows. Send the request again.",
        _ => null,
    };
}
