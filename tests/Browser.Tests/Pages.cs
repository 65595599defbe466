using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>What a visitor does and sees.</summary>
internal static class Pages
{
    public static ILocator Heading(this IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public static ILocator Form(this IPage page, string name) => page.GetByRole(AriaRole.Form, new() { Name = name, Exact = true });

    public static ILocator Field(this ILocator form, string label) => form.GetByLabel(label, new() { Exact = true });

    public static ILocator Rows(this IPage page) => page.Locator("#jobs > .job");

    /// <summary>A layer's block in the picture of the network.</summary>
    public static ILocator Block(this IPage page, string layer, int network = 0) =>
        page.Locator(".one-network").Nth(network).Locator($"[data-layer={layer}] button");

    /// <summary>The maps of the layer that is open.</summary>
    public static ILocator Tiles(this IPage page) => page.Locator(".panel-tiles .tile");

    /// <summary>Opens a layer, and goes to one of its maps.</summary>
    public static async Task OpenLayer(this IPage page, string layer)
    {
        await page.Block(layer).ClickAsync();
        await page.Locator("#panel-title").Sees().ToContainTextAsync(layer);
    }

    /// <summary>Goes to one of the page's views: Train, Inspect, Compare.</summary>
    public static Task Go(this IPage page, string view) => page.Locator("#views").GetByText(view, new() { Exact = true }).ClickAsync();

    public static Task Tab(this IPage page, string tab) => page.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true }).ClickAsync();

    public static ILocator Kernels(this IPage page, string layer) => page.Locator($"[data-kernels={layer}] .tile");

    public static ILocatorAssertions Sees(this ILocator locator) => Assertions.Expect(locator);

    /// <summary>Picks the newest checkpoint of an architecture that the fixture has trained.</summary>
    public static async Task Pick(this IPage page, string label, string architecture)
    {
        ILocator list = page.GetByLabel(label, new() { Exact = true });
        string? value = await list.Locator("option")
            .Filter(new() { HasTextRegex = new Regex($"^{architecture}\\b.*step 40,") })
            .First.GetAttributeAsync("value");
        await list.SelectOptionAsync(value!);
        await page.SeeNetwork();
    }

    /// <summary>Answers the page's own question.</summary>
    public static Task Answer(this IPage page, string yes) =>
        page.GetByRole(AriaRole.Dialog).GetByText(yes, new() { Exact = true }).ClickAsync();

    /// <summary>Waits until the digit has gone through the network and all its layers.</summary>
    public static async Task SeeNetwork(this IPage page)
    {
        await page.Locator(".mse").First.Sees().Not.ToHaveTextAsync("");
        await page.Block("output").Sees().ToBeVisibleAsync();
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
    }

    /// <summary>All pixels of a canvas as one string, to tell images apart.</summary>
    public static Task<string> ImageData(this ILocator canvas) => canvas.EvaluateAsync<string>("canvas => canvas.toDataURL()");

    /// <summary>A stroke from one place of the pad to another, each 0..1 of its side.</summary>
    public static async Task Stroke(this IPage page, (float X, float Y) from, (float X, float Y) to, int moves = 12)
    {
        ILocator pad = page.Locator("#pad");
        await pad.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await pad.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + from.X * box.Width, box.Y + from.Y * box.Height);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + to.X * box.Width, box.Y + to.Y * box.Height, new() { Steps = moves });
        await page.Mouse.UpAsync();
    }

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
