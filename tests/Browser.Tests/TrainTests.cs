using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed partial class TrainTests(Chromium chromium)
{
    [Fact]
    public async Task A_first_visitor_trains_a_network_with_one_button_and_cancels_and_deletes_it()
    {
        chromium.SkipWithoutBrowser();
        string folder = Directory.CreateTempSubdirectory("autoencoder-first-").FullName;
        await using (ServiceProcess service = await ServiceProcess.Start(folder))
        {
            var held = new TaskCompletionSource();
            IPage page = await chromium.Open(service.Client.Http.BaseAddress!.ToString(), prepare: page =>
                page.RouteAsync("**/v1/training-jobs?*", async route =>
                {
                    await held.Task;
                    await route.ContinueAsync();
                }));
            await page.Button("Key").Sees().ToBeVisibleAsync();
            Assert.Equal("", (await page.Locator("main").InnerTextAsync()).Trim()); // as long as nothing is known of what there is
            held.SetResult();
            await page.Button("Train your own").Sees().ToBeVisibleAsync();
            await page.Heading("Jobs").Sees().ToBeHiddenAsync();
            await page.RouteAsync("**/v1/training-jobs", async route => // with more steps, to be still running when it is cancelled
            {
                JsonNode body = JsonNode.Parse(route.Request.PostData!)!;
                Assert.Equal("quick", (string?)body["preset"]);
                body["steps"] = 100_000;
                await route.ContinueAsync(new() { PostData = Encoding.UTF8.GetBytes(body.ToJsonString()) });
            });
            await page.Button("Train your own").ClickAsync();
            await page.Rows().Sees().ToHaveCountAsync(1);
            await page.Button("Train your own").Sees().ToBeHiddenAsync();
            await page.Locator(".status").Sees().ToHaveTextAsync("running");
            await page.Locator(".job progress").Sees().ToBeVisibleAsync();
            await Assertions.Expect(page).ToHaveTitleAsync(Progress());
            await page.Locator(".chart .curve").First.Sees().ToHaveAttributeAsync("d", DrawnCurve());
            await page.Button("Cancel strided, code 32, batch 8").ClickAsync();
            await page.Locator(".status").Sees().ToHaveTextAsync("cancelled");
            await page.Button("Delete strided, code 32, batch 8").ClickAsync();
            await page.Answer("Delete");
            await page.Go("Inspect");
            await page.Button("Train your own").Sees().ToBeVisibleAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_job_is_paused_resumed_and_trained_longer_and_a_waiting_one_says_its_place()
    {
        IPage page = await chromium.Open(chromium.Url + "#train");
        await chromium.Client.Submit(Named("paused", 100_000));
        await chromium.Client.Submit(Named("waits", 20));
        ILocator paused = Row(page, "paused"), waits = Row(page, "waits");
        await waits.Locator(".pace").Sees().ToHaveTextAsync(Place());
        await page.Button("Pause paused").ClickAsync();
        await paused.Locator(".status").Sees().ToHaveTextAsync("paused");
        await waits.Locator(".status").Sees().ToHaveTextAsync("succeeded");
        await page.Button("Resume paused").ClickAsync();
        await paused.Locator(".status").Sees().ToHaveTextAsync("running");
        await page.Button("Cancel paused").ClickAsync();

        await page.Button("Train longer… waits").ClickAsync();
        ILocator steps = page.GetByRole(AriaRole.Dialog).GetByLabel("Steps in all");
        await Assertions.Expect(steps).ToHaveValueAsync("40");
        await steps.FillAsync("20"); // no more than now
        await page.Answer("Train");
        await Assertions.Expect(steps).ToBeVisibleAsync();
        await steps.FillAsync("30");
        await page.Answer("Train");
        await waits.GetByText(", 30 steps,").Sees().ToBeVisibleAsync();
        await waits.Locator(".status").Sees().ToHaveTextAsync("succeeded");

        static string Named(string name, int steps) =>
            $$"""
            {"name":"{{name}}","dataset":"synthetic-digits","channels":[2,2],"steps":{{steps}},"checkpointEvery":100000,"film":false}
            """;

        static ILocator Row(IPage page, string name) => page.Rows().Filter(new() { Has = page.GetByText(name, new() { Exact = true }) });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_is_seen_from_its_start_to_its_end(bool withoutEvents)
    {
        IPage page = await chromium.Open(chromium.Url + "#train", prepare: page => withoutEvents
            ? page.RouteAsync("**/events", route => route.FulfillAsync(new() { Status = 404 }))
            : Task.CompletedTask);
        ILocator form = page.Form("A new network");
        await form.Field("Network").SelectOptionAsync("dense");
        await form.Field("Data set").SelectOptionAsync("synthetic-digits");
        await form.Field("Steps").FillAsync("60");
        await form.GetByText("More settings").ClickAsync();
        await form.Field("Warm-up steps").FillAsync("30");
        await form.Field("Name").FillAsync(withoutEvents ? "polled" : "streamed");
        await page.Button("Train").ClickAsync();

        ILocator job = page.Rows().Filter(new() { HasText = withoutEvents ? "polled" : "streamed" });
        await job.Locator(".status").Sees().ToHaveTextAsync("succeeded");
        await job.Locator(".losses dd").Last.Sees().Not.ToHaveTextAsync("–");
        await page.Locator("#live").Sees().ToContainTextAsync("has ended, test loss");
        Assert.True(await page.Locator("#chart .curve").CountAsync() >= 4, "the curves of several jobs stand over each other");
        await page.GetByLabel("Filter").First.FillAsync($"dense {(withoutEvents ? "polled" : "streamed")}");
        Assert.Equal(1, await page.Rows().And(page.Locator(":visible")).CountAsync());
    }

    [Fact]
    public async Task Events_of_a_running_job_move_its_bar_and_its_curve()
    {
        const string Id = "01900000-0000-7000-8000-000000000001";
        const string Progress = """{"step":30,"steps":100,"percent":30,"stepsPerSecond":10,"etaSeconds":7}""";
        string job = $$"""
            {"id":"{{Id}}","name":"far-away","status":"running",
            "settings":{"architecture":"strided","dataset":"mnist","steps":100},"progress":{{Progress}},
            "loss":{"train":null,"validation":null,"test":null},"warnings":[],
            "createdAt":"2026-01-01T00:00:00Z","error":null,"latestCheckpoint":null,
            "links":{"self":"/v1/training-jobs/{{Id}}","events":"/v1/training-jobs/{{Id}}/events"} }
            """;
        string point = """{"step":STEP,"trainLoss":0.0321,"validationLoss":0.0123,"deadUnits":0,"elapsedSeconds":1}""";
        string stream = string.Concat(((int[])[10, 30]).Select(step =>
            $"id: {step}\nevent: progress\ndata: {{\"status\":\"running\",\"progress\":{Progress},"
            + $"\"point\":{point.Replace("STEP", $"{step}", StringComparison.Ordinal)}}}\n\n:\n\n"));
        IPage page = await chromium.Open(chromium.Url + "#train", prepare: async page =>
        {
            await page.RouteAsync("**/v1/training-jobs?*", route => Answer(route, $$"""{"items":[{{job}}],"nextCursor":null}"""));
            await page.RouteAsync("**/metrics", route => Answer(route, "[]"));
            await page.RouteAsync($"**/{Id}", route => route.AbortAsync());
            await page.RouteAsync("**/events", route => route.FulfillAsync(new() { ContentType = "text/event-stream", Body = stream }));
        });
        await page.Locator(".legend").Sees().ToContainTextAsync("0.0123");
        await page.Locator(".chart .curve").First.Sees().ToHaveAttributeAsync("d", DrawnCurve());
    }

    [Fact]
    public async Task All_bad_settings_are_marked_at_once_with_type_and_range_and_start_nothing()
    {
        IPage page = await chromium.Open(chromium.Url + "#train");
        await page.Rows().First.Sees().ToBeVisibleAsync();
        int before = await page.Rows().CountAsync();
        await page.GetByText("More settings").ClickAsync();
        ILocator form = page.Form("A new network");
        (string Label, string Id, string Typed, string Rule)[] wrong =
        [
            ("Steps", "steps", "0", "must be a whole number from 1 to 100,000."),
            ("Name", "name", "My net", "must be 1 to 64 lower-case letters"),
            ("Batch size", "batchSize", "many", "must be a whole number from 1 to 1,000."),
            ("Learning rate", "learningRate", "2", "must be a number from 0.000001 to 1."),
            ("Channels", "channels", "8", "must be two whole numbers from 1 to 64."),
            ("Kernel size", "kernelSize", "4", "must be one of 1, 3, 5, 7, 9."),
        ];
        foreach ((string label, _, string typed, _) in wrong)
        {
            await form.Field(label).FillAsync(typed);
        }

        await page.Button("Train").ClickAsync();
        foreach ((string label, string id, _, string rule) in wrong)
        {
            await page.Locator($"#{id}-error").Sees().ToContainTextAsync(rule);
            await form.Field(label).Sees().ToHaveAttributeAsync("aria-invalid", "true");
        }

        await page.Locator("#form-error")
            .Sees()
            .ToHaveTextAsync($"Please change: {string.Join(", ", wrong.Select(field => field.Label))}.");
        await form.Field("Steps").Sees().ToBeFocusedAsync();
        await form.Field("Steps").FillAsync("10");
        await page.Locator("#steps-error").Sees().ToHaveCountAsync(0);
        Assert.Equal(before, await page.Rows().CountAsync());
    }

    [GeneratedRegex(@"^\d+ % of strided, code 32, batch 8 – ")]
    private static partial Regex Progress();

    [GeneratedRegex("^(next|[0-9]+ ahead)(, about [0-9]+ (s|min.*|h.*))?$")]
    private static partial Regex Place();

    [GeneratedRegex(@"^M[\d. L]+$")]
    private static partial Regex DrawnCurve();

    private static Task Answer(IRoute route, string json) => route.FulfillAsync(new() { ContentType = "application/json", Body = json });
}
