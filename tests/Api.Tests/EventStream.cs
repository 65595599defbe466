using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

/// <summary>Reads server-sent events as a browser does.</summary>
internal static class EventStream
{
    public static async Task<HttpResponseMessage> Events(this HttpClient client, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>All events until the stream ends.</summary>
    public static async IAsyncEnumerable<SseItem<JsonNode>> Follow(this HttpClient client, string path, string? lastEventId = null)
    {
        using HttpResponseMessage response = await client.Events(path, lastEventId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(), (_, data) => JsonNode.Parse(data)!);
        await foreach (SseItem<JsonNode> happened in parser.EnumerateAsync())
        {
            yield return new SseItem<JsonNode>(happened.Data, happened.EventType) { EventId = parser.LastEventId };
        }
    }
}
