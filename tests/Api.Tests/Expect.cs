using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

internal static class Expect
{
    private static readonly string[] s_securityHeaders =
        ["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy", "Content-Security-Policy"];

    /// <summary>
    /// The response is problem+json of that status, with a URN, a title, a detail and a traceId, with the security headers, and for no
    /// cache to keep.
    /// </summary>
    public static async Task<JsonNode> Problem(HttpStatusCode status, HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.All(s_securityHeaders, header => Assert.True(
            response.Headers.Contains(header), $"no {header} at {(int)status} of {response.RequestMessage?.RequestUri}"));
        if (response.RequestMessage?.RequestUri?.AbsolutePath.StartsWith("/v1", StringComparison.Ordinal) is true)
        {
            Assert.Equal("no-store, private", response.Headers.CacheControl?.ToString());
        }

        JsonNode problem = JsonNode.Parse(body)!;
        Assert.StartsWith("urn:autoencoder-api:problem:", (string?)problem["type"]);
        Assert.Equal((int)status, (int?)problem["status"]);
        foreach (string field in (string[])["title", "detail", "traceId"])
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)problem[field]), $"no {field} in {body}");
        }

        return problem;
    }

    /// <summary>The response is a PNG; its width and height from the header.</summary>
    public static async Task<(int Width, int Height)> Png(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
        byte[] png = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(png[..8]));
        return ((png[18] << 8) | png[19], (png[22] << 8) | png[23]);
    }
}
