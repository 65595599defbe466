using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class PhoneTests(Chromium chromium)
{
    private static readonly BrowserNewContextOptions s_phone =
        new() { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true };

    [Fact]
    public async Task The_drawing_and_its_reconstruction_stay_at_the_top_while_the_layers_go_by_and_a_tap_leads_back()
    {
        IPage page = await chromium.Open(options: s_phone);
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        ILocator summary = page.Locator("#summary");
        await summary.Sees().ToBeHiddenAsync();
        await page.Block("output").ScrollIntoViewIfNeededAsync();
        await summary.Sees().ToBeVisibleAsync();
        Assert.Equal(await page.Locator(".mse").First.InnerTextAsync(), await summary.Locator("strong").InnerTextAsync());
        LocatorBoundingBoxResult box = (await summary.BoundingBoxAsync())!;
        Assert.Equal((0, 96), (box.Y, box.Height));
        await summary.TapAsync();
        await summary.Sees().ToBeHiddenAsync();
        await page.Locator("#pad").Sees().ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_layer_opens_between_its_maps_and_the_next_layer()
    {
        IPage page = await chromium.Open(options: s_phone);
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Block("conv1").TapAsync();
        await page.Locator("#panel-title").Sees().ToContainTextAsync("conv1");
        float maps = await Top(page.Block("conv1")), panel = await Top(page.Locator(".panel")), next = await Top(page.Block("code"));
        Assert.True(maps < panel && panel < next, $"{maps}, {panel}, {next}");
        Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.Locator(".panel").GetByText("Close").TapAsync();
        await page.Locator(".panel").Sees().ToBeHiddenAsync();

        static async Task<float> Top(ILocator part) => (await part.BoundingBoxAsync())!.Y;
    }

    [Fact]
    public async Task The_three_views_are_a_bar_at_the_bottom_and_what_else_the_header_has_is_behind_a_button()
    {
        IPage page = await chromium.Open(options: s_phone);
        await page.SeeNetwork();
        LocatorBoundingBoxResult bar = (await page.Locator("#views").BoundingBoxAsync())!;
        Assert.Equal((844f, 390f), (bar.Y + bar.Height, bar.Width));
        await page.Button("Lessons").Sees().ToBeHiddenAsync();
        await page.Button("More").TapAsync();
        await page.Button("Lessons").Sees().ToBeVisibleAsync();
        await page.Go("Train");
        await page.Form("A new network").Sees().ToBeVisibleAsync();
        await page.Go("Compare");
        await page.Form("A new experiment").Sees().ToBeVisibleAsync();
    }
}
