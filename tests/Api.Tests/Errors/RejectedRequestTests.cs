using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Errors;

/// <summary>Requests that Kestrel answers itself, before any code of the service sees them.</summary>
[StartsProcesses]
public sealed class RejectedRequestTests : IAsyncLifetime
{
    private const string Host = "Host: localhost\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _service;

    public async ValueTask InitializeAsync() => _service = await ServiceProcess.Start(_folder, ("Limits__HeaderSeconds", "3"));

    public async ValueTask DisposeAsync()
    {
        await _service!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_rejection_is_a_problem_with_its_type_and_the_security_headers_and_closes_the_connection()
    {
        string many = string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: 1\r\n"));
        (int Status, string Type, string Request)[] rejections =
        [
            (414, "uri-too-long", $"GET /{new string('a', 9_000)} HTTP/1.1\r\n{Host}\r\n"),
            (414, "uri-too-long", $"GET /v1/training-jobs?name={new string('a', 100_000)} HTTP/1.1\r\n{Host}\r\n"),
            (431, "headers-too-large", $"GET /v1/training-jobs HTTP/1.1\r\n{Host}X-Long: {new string('a', 20_000)}\r\n\r\n"),
            (431, "headers-too-large", $"GET /v1/training-jobs HTTP/1.1\r\n{Host}X-Long: {new string('a', 200_000)}\r\n\r\n"),
            (431, "headers-too-large", $"GET /v1/training-jobs HTTP/1.1\r\n{Host}{many}\r\n"),
            (505, "version-not-supported", $"GET / HTTP/7.3\r\n{Host}\r\n"),
            (405, "method-not-allowed", $"GET * HTTP/1.1\r\n{Host}\r\n"),
            (408, "too-slow", $"GET / HTTP/1.1\r\n{Host}X-Slow: "), // and nothing more
            (400, "malformed-request", "GET / HTTP/1.1\r\n\r\n"),
            (400, "malformed-request", $"GET / HTTP/1.1\r\n{Host}Host: other\r\n\r\n"),
            (400, "malformed-request", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
            (400, "malformed-request", $"GET / HTTP/1.1\r\n{Host}no colon\r\n\r\n"),
            (400, "malformed-request", $"GET / HTTP/1.1\r\n{Host}X: \0\r\n\r\n"),
            (400, "malformed-request", $"GET /%00 HTTP/1.1\r\n{Host}\r\n"),
            (400, "malformed-request", $"GET\r\n{Host}\r\n"),
            (400, "malformed-request", $"POST /v1/training-jobs HTTP/1.1\r\n{Host}Content-Length: x\r\n\r\n"),
            (400, "malformed-request", $"POST /v1/training-jobs HTTP/1.1\r\n{Host}Content-Length: -1\r\n\r\n"),
            (400, "malformed-request", $"POST /v1/training-jobs HTTP/1.1\r\n{Host}Transfer-Encoding: gzip\r\n\r\n"),
            (400, "malformed-request", "\u0016\u0003\u0001\u0002\0\u0001\r\n\r\n"), // a browser that means https
        ];
        foreach ((int status, string type, string request) in rejections)
        {
            IReadOnlyList<Answer> answers = await Ask(request);
            Rejected(Assert.Single(answers), status, type, request);
        }

        Assert.Contains("OPTIONS", (await Ask($"GET * HTTP/1.1\r\n{Host}\r\n"))[0].Head, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _service!.Client.Http.GetAsync(
            "/health/ready", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_rejection_after_good_answers_on_the_same_connection_is_a_problem_too()
    {
        string good = $"GET /health/live HTTP/1.1\r\n{Host}\r\n";
        for (int before = 1; before < 60; before += 7) // so that it comes to lie at many places of the output's buffers
        {
            IReadOnlyList<Answer> answers = await Ask($"{string.Concat(Enumerable.Repeat(good, before))}GET / HTTP/1.1\r\n\r\n");
            Assert.Equal(before + 1, answers.Count);
            Assert.All(answers.SkipLast(1), answer => Assert.StartsWith("HTTP/1.1 200", answer.Head));
            Rejected(answers[^1], 400, "malformed-request", "no host");
        }
    }

    [Fact]
    public async Task An_error_of_the_service_itself_is_not_described_twice()
    {
        IReadOnlyList<Answer> answers = await Ask($"HEAD /v1/nope HTTP/1.1\r\n{Host}Connection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", Assert.Single(answers).Head);
        Assert.Equal("", answers[0].Body);
    }

    private static void Rejected(Answer answer, int status, string type, string request)
    {
        string shown = request[..Math.Min(request.Length, 80)];
        Assert.True(answer.Head.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{shown}: {answer.Head}");
        foreach (string header in (string[])["Content-Type: application/problem+json", "Connection: close",
            "Cache-Control: private, no-store", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
            "Content-Security-Policy: default-src 'none'", "Date: "])
        {
            Assert.Contains(header, answer.Head, StringComparison.Ordinal);
        }

        JsonNode problem = JsonNode.Parse(answer.Body)!;
        Assert.Equal(($"urn:autoencoder-api:problem:{type}", status), ((string?)problem["type"], (int?)problem["status"]));
        Assert.All((string[])["title", "detail", "traceId"],
            field => Assert.False(string.IsNullOrWhiteSpace((string?)problem[field]), $"no {field} in {answer.Body}"));
    }

    /// <summary>Sends bytes and reads answers until the connection is closed.</summary>
    private async Task<IReadOnlyList<Answer>> Ask(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _service!.Client.Http.BaseAddress!.Port);
        await using NetworkStream stream = client.GetStream();
        Task sent = SendAsync();
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        }
        catch (IOException)
        {
            // Reset, for the service did not read all that was sent: what had come before is the answer.
        }

        await sent;
        return Answers(Encoding.Latin1.GetString(received.ToArray()));

        async Task SendAsync()
        {
            try
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            }
            catch (IOException)
            {
                // Closed by the service before all was sent.
            }
        }
    }

    /// <summary>Cuts what came into answers by their Content-Length; a chunked body is taken to the end of its last chunk.</summary>
    private static List<Answer> Answers(string received)
    {
        var answers = new List<Answer>();
        while (received.Length > 0)
        {
            string head = received[..(received.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)];
            string? length = head.Split("\r\n").FirstOrDefault(
                line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))?["Content-Length: ".Length..];
            int end = length is not null ? head.Length + int.Parse(length, null as IFormatProvider)
                : head.Contains("chunked", StringComparison.Ordinal) ? received.IndexOf("0\r\n\r\n", StringComparison.Ordinal) + 5
                : head.Length;
            answers.Add(new Answer(head, received[head.Length..end]));
            received = received[end..];
        }

        return answers;
    }

    private sealed record Answer(string Head, string Body);
}
