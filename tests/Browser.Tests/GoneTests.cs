using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>What the page looks at goes, or grows long.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class GoneTests(Chromium chromium)
{
    [Fact]
    public async Task A_checkpoint_that_is_deleted_while_it_is_looked_at_is_named_and_another_can_be_chosen()
    {
        chromium.SkipWithoutBrowser();
        string job = await chromium.Client.Submit("""{"architecture":"dense","dataset":"synthetic-digits","steps":10,"warmupSteps":0}""");
        JsonNode ended = await chromium.Client.Await(job, state => (string?)state["status"] == "succeeded");
        string checkpoint = (string)ended["latestCheckpoint"]!;
        IPage page = await chromium.Open($"{chromium.Url}#inspect?checkpoint={checkpoint}");
        await page.SeeNetwork();
        using HttpResponseMessage deleted = await chromium.Client.Http.DeleteAsync(job);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await page.Button("Clear").ClickAsync();
        await page.Stroke((0.3f, 0.2f), (0.7f, 0.8f));
        ILocator notice = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = checkpoint });
        await notice.Sees().ToBeVisibleAsync();
        await page.Locator(".strip.outdated").First.Sees().ToBeVisibleAsync();

        await page.Pick("Checkpoint", "strided");
        await notice.Sees().ToBeHiddenAsync();
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_key_that_ends_is_said_and_another_is_asked_for_while_the_page_stays()
    {
        chromium.SkipWithoutBrowser();
        await using KeyedBrowserService service = await KeyedBrowserService.Start();
        IPage page = await chromium.Open(service.Url);
        await service.Unlock(page);
        await page.Locator(".mse").First.Sees().Not.ToHaveTextAsync("");
        await page.Button("Next test digit").ClickAsync(); // the pen of a first visit stops
        await service.ChangeKeys();
        await page.Button("Next test digit").ClickAsync();
        await page.Button("Enter a key").Sees().ToBeVisibleAsync();
        await page.Button("Key ✓").Sees().ToHaveCountAsync(0);
        await service.Unlock(page);
        await page.Button("Key ✓").Sees().ToBeVisibleAsync();
        await page.Button("Next test digit").ClickAsync();
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
        await page.Locator("#notice").Sees().ToBeHiddenAsync();
    }

    [Fact]
    public async Task Two_hundred_jobs_scroll_in_a_list_of_their_own_and_one_is_found_by_what_it_is()
    {
        IPage page = await chromium.Open(chromium.Url + "#train", prepare: page => page.RouteAsync("**/v1/training-jobs?*", Answer));
        for (int shown = 20; shown <= 200; shown += 20)
        {
            await page.Rows().Sees().ToHaveCountAsync(shown);
            if (shown < 200)
            {
                await page.Button("Load more jobs").ClickAsync();
            }
        }

        await page.Button("Load more jobs").Sees().ToBeHiddenAsync();
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollHeight"), 900, 2400);
        await page.GetByLabel("Filter").First.FillAsync("run-137");
        Assert.Equal(1, await page.Rows().And(page.Locator(":visible")).CountAsync());
        ILocator row = page.Rows().And(page.Locator(":visible"));
        await row.GetByText("Settings").ClickAsync();
        await row.Locator(".settings-list").Sees().ToContainTextAsync("learningRate");
        await page.GetByLabel("Filter").First.FillAsync("ticket:t-142");
        Assert.Equal(1, await row.CountAsync());
        await row.GetByText("Settings").ClickAsync();
        await row.Locator(".settings-list").Sees().ToContainTextAsync("ticket:T-142");
        await row.Sees().ToContainTextAsync("run-142");

        async Task Answer(IRoute route)
        {
            JsonNode real = (await chromium.Client.Json("/v1/training-jobs?limit=1"))["items"]![0]!;
            int first = int.Parse(new Uri(route.Request.Url).Query.Split("cursor=").ElementAtOrDefault(1) ?? "0", null);
            var items = new JsonArray([.. Enumerable.Range(first, 20).Select(i => Job(real, i))]);
            string? next = first + 20 < 200 ? $"{first + 20}" : null;
            string body = new JsonObject { ["items"] = items, ["nextCursor"] = next }.ToJsonString();
            await route.FulfillAsync(new() { ContentType = "application/json", Body = body });
        }

        static JsonNode Job(JsonNode real, int i)
        {
            JsonNode job = real.DeepClone();
            job["id"] = $"01900000-0000-7000-8000-{999 - i:d12}";
            job["name"] = $"run-{i}";
            job["metadata"] = new JsonObject { ["ticket"] = $"T-{i}" };
            return job;
        }
    }
}
