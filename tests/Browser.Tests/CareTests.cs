using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class CareTests(Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 375)]
    [InlineData(ColorScheme.Dark, 375)]
    public async Task No_fault_of_accessibility_is_found_and_nothing_is_wider_than_the_window(ColorScheme scheme, int width)
    {
        IPage page = await chromium.Open(options: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 } });
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await Fits();
        await page.OpenLayer("conv1");
        await page.Button("Kernels").ClickAsync();
        await page.Locator("[data-kernels] .tile").First.Sees().ToBeVisibleAsync();
        await Fits();
        await page.Button("Every product").ClickAsync();
        await page.Locator(".unit-result").First.Sees().ToBeVisibleAsync();
        await Fits();
        foreach (string tab in (string[])["Ablation", "Map", "Best and worst"])
        {
            await page.Tab(tab);
            await Fits();
        }

        if (width < 600)
        {
            await page.Button("More").ClickAsync();
            await Fits();
        }

        await page.Button("Settings").ClickAsync();
        await Fits();
        await page.Locator("#settings-close").ClickAsync();
        await page.Button("Lessons").ClickAsync();
        await Fits();
        await page.Keyboard.PressAsync("Escape");
        await page.Go("Train");
        await page.GetByText("More settings").ClickAsync();
        await Fits();
        await page.Go("Compare");
        await page.GetByText("Hyperparameter sweep").ClickAsync();
        await page.Locator(".experiment .is-best").First.Sees().ToBeVisibleAsync();
        await Fits();

        async Task Fits()
        {
            await NoFault(page);
            Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
        }
    }

    [Fact]
    public async Task The_page_breaks_none_of_its_own_policy_and_asks_no_other_host()
    {
        var complaints = new List<string>();
        var hosts = new HashSet<string>();
        IPage page = await chromium.Open(prepare: page =>
        {
            page.Console += (_, message) => Keep(message.Text);
            page.PageError += (_, fault) => Keep(fault);
            page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
            return Task.CompletedTask;
            void Keep(string text)
            {
                if (!text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                {
                    complaints.Add(text);
                }
            }
        });
        await page.SeeNetwork();
        await page.Stroke((0.5f, 0.2f), (0.5f, 0.8f));
        await page.Pick("Checkpoint", "strided");
        await page.OpenLayer("conv1");
        Assert.Empty(complaints);
        Assert.Equal([new Uri(chromium.Url).Authority], hosts);
        IResponse again = (await page.ReloadAsync())!;
        Assert.DoesNotContain("unsafe", again.Headers["content-security-policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_asked_for_kept_in_the_tab_and_sent_with_every_call()
    {
        chromium.SkipWithoutBrowser();
        await using KeyedBrowserService service = await KeyedBrowserService.Start();
        var sent = new HashSet<IRequest>();
        var refused = new List<string>();
        IPage page = await chromium.Open(service.Url);
        await page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Send a key in the header X-API-Key" }).Sees().ToBeVisibleAsync();
        await service.Unlock(page);
        await page.Locator("#key-dialog").Sees().ToBeHiddenAsync();
        page.Request += (_, request) => sent.Add(request); // what was on its way before has no key, and may be answered later
        page.Response += (_, response) => refused.AddRange(response.Status < 400 || !sent.Contains(response.Request) ? [] : [response.Url]);
        await page.Button("Choose the settings myself").ClickAsync();
        await page.Form("A new network").Field("Steps").FillAsync("40");
        await page.Button("Train").ClickAsync();
        await page.Locator(".status").Sees().ToHaveTextAsync("succeeded");
        await page.Go("Inspect");
        await page.SeeNetwork();
        await page.ReloadAsync();
        await page.SeeNetwork();
        Assert.Empty(refused);
    }

    [Fact]
    public async Task A_service_that_is_gone_is_said_in_words_and_so_is_its_return()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Go("Train");
        await page.RouteAsync("**/v1/**", route => route.AbortAsync());
        await page.Button("Train").ClickAsync();
        ILocator notice = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The service does not answer." });
        await notice.Sees().ToBeVisibleAsync();
        await page.UnrouteAsync("**/v1/**");
        await notice.Sees().ToBeHiddenAsync();
    }

    private static async Task NoFault(IPage page)
    {
        AxeResult result = await page.RunAxe();
        Assert.Empty(
            result.Violations.Select(fault => $"{fault.Impact} {fault.Id}: {string.Join("; ", fault.Nodes.Select(node => node.Html))}"));
    }
}
