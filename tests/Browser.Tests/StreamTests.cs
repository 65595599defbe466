using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>How the page follows a job that runs, from one stream of events to the next.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class StreamTests(Chromium chromium)
{
    private const string Hide =
        "isHidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden }); "
        + "document.dispatchEvent(new Event('visibilitychange')); }";

    [Fact]
    public async Task A_stream_that_breaks_is_replaced_by_asking_and_opened_again_behind_its_last_event()
    {
        await using Running job = await Running.Start(chromium, "broken");
        (string piece, string lastId) = await Beginning(job.Path);
        bool isBroken = true;
        var asked = new ConcurrentQueue<string?>();
        IPage page = await chromium.Open(chromium.Url + "#train", prepare: page => page.RouteAsync($"**{job.Path}/events", route =>
        {
            string? mark = route.Request.Headers.GetValueOrDefault("last-event-id");
            asked.Enqueue(mark);
            return mark is null ? route.FulfillAsync(new() { ContentType = "text/event-stream", Body = piece })
                : isBroken ? route.AbortAsync("connectionreset")
                : route.ContinueAsync();
        }));
        ILocator loss = page.Locator("#legend li").Filter(new() { HasText = job.Name }).Locator(".hint");
        for (int i = 0; i < 3; i++) // while no stream comes through
        {
            string before = await loss.InnerTextAsync();
            await loss.Sees().Not.ToHaveTextAsync(before);
        }

        Assert.Equal([null, lastId], asked.Distinct());
        await page.RunAndWaitForResponseAsync(
            () =>
            {
                isBroken = false;
                return Task.CompletedTask;
            },
            response => response.Url.EndsWith("/events", StringComparison.Ordinal) && response.Status == 200);
        await page.Locator("#notice").Sees().ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_hidden_tab_has_no_stream_and_goes_on_with_its_own_once_it_is_shown()
    {
        await using Running job = await Running.Start(chromium, "hidden");
        var asked = new ConcurrentQueue<string?>();
        int open = 0;
        IPage page = await chromium.Open(chromium.Url + "#train", prepare: page =>
        {
            page.Request += (_, request) => Count(request, 1);
            page.RequestFailed += (_, request) => Count(request, -1);
            page.RequestFinished += (_, request) => Count(request, -1);
            return Task.CompletedTask;
            void Count(IRequest request, int change)
            {
                if (request.Url.EndsWith("/events", StringComparison.Ordinal))
                {
                    Interlocked.Add(ref open, change);
                    asked.Enqueue(request.Headers.GetValueOrDefault("last-event-id"));
                }
            }
        });
        ILocator loss = page.Locator("#legend li").Filter(new() { HasText = job.Name }).Locator(".hint");
        string first = await loss.InnerTextAsync();
        await loss.Sees().Not.ToHaveTextAsync(first);
        Assert.Equal(1, open);
        await page.EvaluateAsync(Hide, true);
        await Until(() => open == 0);
        string hidden = await loss.InnerTextAsync();
        await page.EvaluateAsync(Hide, false);
        await Until(() => open == 1);
        Assert.Matches("^[0-9]+$", asked.Last());
        await loss.Sees().Not.ToHaveTextAsync(hidden);
    }

    [Fact]
    public async Task Seven_tabs_are_all_answered_while_a_job_runs()
    {
        await using Running job = await Running.Start(chromium, "seven");
        IPage first = await chromium.Open(chromium.Url + "#train");
        IPage[] pages = [first, .. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => first.Context.NewPageAsync()))];
        foreach (IPage page in pages[1..])
        {
            await page.GotoAsync(chromium.Url + "#train");
        }

        foreach (IPage page in pages)
        {
            ILocator loss = page.Locator("#legend li").Filter(new() { HasText = job.Name }).Locator(".hint");
            await loss.Sees().Not.ToHaveTextAsync("waiting");
            await loss.Sees().Not.ToHaveTextAsync(await loss.InnerTextAsync());
        }
    }

    /// <summary>The stream up to its second evaluation, as the service sends it, and the id of that event.</summary>
    private async Task<(string Text, string LastId)> Beginning(string job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{job}/events");
        using HttpResponseMessage response = await chromium.Client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var text = new StringBuilder();
        for (int events = 0; events < 2;)
        {
            string line = (await reader.ReadLineAsync())!;
            text.Append(line).Append('\n');
            events += line.Contains("trainLoss", StringComparison.Ordinal) ? 1 : 0;
        }

        string[] rest = [(await reader.ReadLineAsync())!, (await reader.ReadLineAsync())!]; // the id may stand behind the data
        string piece = text.AppendJoin('\n', rest).Append("\n\n").ToString();
        return (piece, piece.Split('\n').Last(line => line.StartsWith("id:", StringComparison.Ordinal))[3..].Trim());
    }

    private static async Task Until(Func<bool> holds)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(Chromium.PatienceMilliseconds));
        while (!holds())
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    /// <summary>A job that runs until the test is over.</summary>
    private sealed class Running(Chromium chromium, string name, string path) : IAsyncDisposable
    {
        public string Name => name;

        public string Path => path;

        public static async Task<Running> Start(Chromium chromium, string name)
        {
            chromium.SkipWithoutBrowser();
            string path = await chromium.Client.Submit($$"""
                {"name":"{{name}}","architecture":"dense","denseWidths":[30,10],"dataset":"synthetic-digits",
                "steps":100000,"evaluateEvery":20,"checkpointEvery":100000}
                """);
            await chromium.Client.Await(path, job => job["loss"]!["validation"] is JsonValue);
            return new Running(chromium, name, path);
        }

        public async ValueTask DisposeAsync()
        {
            using HttpResponseMessage cancelled = await chromium.Client.Post($"{path}/cancel", "");
            await chromium.Client.Await(path, job => (string?)job["status"] == "cancelled");
        }
    }
}
