using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AutoencoderApi.Api.Tests.Telemetry;

/// <summary>A span as it came over the wire.</summary>
internal sealed record Span(
    string TraceId,
    string Id,
    string ParentId,
    string Name,
    IReadOnlyDictionary<string, string> Attributes,
    bool Failed);

/// <summary>Takes what a service sends by OTLP over HTTP, in protobuf.</summary>
internal sealed class Collector : IAsyncDisposable
{
    /// <summary>What makes a service that sends do it by HTTP and without delay.</summary>
    public static readonly (string Name, string Value)[] Soon =
        [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_METRIC_EXPORT_INTERVAL", "500")];

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly ConcurrentQueue<string> _metrics = new();

    private Collector(WebApplication app)
    {
        _app = app;
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            if (signal == "traces")
            {
                SpansIn(body.ToArray()).ToList().ForEach(_spans.Enqueue);
            }
            else
            {
                _metrics.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            }
        });
    }

    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>The messages that were no spans, byte for byte.</summary>
    public IReadOnlyCollection<string> Metrics => _metrics;

    public static async Task<Collector> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>What makes a service send here.</summary>
    public (string Name, string Value)[] Settings() => [.. Soon, ("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Urls.Single())];

    /// <summary>Waits for a span.</summary>
    public async Task Await(Func<Span, bool> awaited)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_spans.Any(awaited))
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // opentelemetry-proto, trace/v1/trace.proto: request → resource_spans 1 → scope_spans 2 → spans 2
    private static IEnumerable<Span> SpansIn(byte[] request) =>
        from resource in Fields(request)
        where resource.Number == 1
        from scope in Fields(resource.Value)
        where scope.Number == 2
        from span in Fields(scope.Value)
        where span.Number == 2
        select SpanOf([.. Fields(span.Value)]);

    private static Span SpanOf((int Number, byte[] Value)[] fields)
    {
        byte[] Of(int number) => fields.FirstOrDefault(field => field.Number == number).Value ?? [];
        return new Span(
            Convert.ToHexStringLower(Of(1)),
            Convert.ToHexStringLower(Of(2)),
            Convert.ToHexStringLower(Of(4)),
            Encoding.UTF8.GetString(Of(5)),
            fields
                .Where(field => field.Number == 9)
                .Select(field => Fields(field.Value).ToDictionary(part => part.Number, part => part.Value))
                .ToDictionary(pair => Encoding.UTF8.GetString(pair[1]), pair => Text(Fields(pair[2]).Single())),
            Failed: Fields(Of(15)).Any(part => part is (3, [2])));
    }

    /// <summary>AnyValue: a string is field 1, a whole number field 3.</summary>
    private static string Text((int Number, byte[] Value) value) =>
        value.Number == 3 ? $"{value.Value[0]}" : Encoding.UTF8.GetString(value.Value);

    /// <summary>A message's fields; of a varint the lowest seven bits, which is all that is asked of one here.</summary>
    private static IEnumerable<(int Number, byte[] Value)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            int start = at, length = 0;
            switch (tag & 7)
            {
                case 0:
                    ulong value = Varint(message, ref at);
                    yield return ((int)(tag >> 3), [(byte)(value & 127)]);
                    continue;
                case 1:
                    length = 8;
                    break;
                case 5:
                    length = 4;
                    break;
                default:
                    length = (int)Varint(message, ref at);
                    start = at;
                    break;
            }

            at = start + length;
            yield return ((int)(tag >> 3), message[start..at]);
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }
}
