using AutoencoderApi.Api.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>examples/frontend, from another site than the service's, with the package of clients/typescript.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ExampleFrontendTests(Chromium chromium)
{
    [Fact]
    public async Task The_example_trains_shows_images_and_uploads_a_drawing_from_another_site()
    {
        chromium.SkipWithoutBrowser();
        (IPage page, List<string> failures) = await Open(chromium.Url);
        await SeesDigits(page);
        await Trains(page);
        await Draws(page);
        Assert.Empty(failures);
    }

    [Fact]
    public async Task The_example_does_so_with_a_key_and_shows_why_a_key_is_refused()
    {
        chromium.SkipWithoutBrowser();
        await using KeyedBrowserService service = await StartKeyed();
        (IPage page, List<string> failures) = await Open(service.Url);
        await Connect(page, "wrong");
        await page.GetByRole(AriaRole.Alert).Sees().ToHaveTextAsync("The key is not one that this service knows.");
        await Uses(page, service, failures);
    }

    [Fact]
    public async Task The_example_does_so_behind_nginx_under_a_path_prefix()
    {
        chromium.SkipWithoutBrowser();
        await using KeyedBrowserService service = await StartKeyed(("Access__TrustedProxies__0", "127.0.0.1"));
        await using NginxServer nginx = await NginxServer.Start(new Uri(service.Url));
        (IPage page, List<string> failures) = await Open(nginx.Url);
        await page.GetByRole(AriaRole.Alert).Sees().ToContainTextAsync("X-API-Key");
        await Uses(page, service, failures);
    }

    private static async Task Uses(IPage page, KeyedBrowserService service, List<string> failures)
    {
        await Connect(page, service.OperatorKey);
        await Trains(page);
        await SeesDigits(page);
        await Draws(page);
        Assert.Empty(failures);
        await Connect(page, service.ReaderKey);
        await SeesDigits(page);
        await page.Button("Train").ClickAsync();
        await page.GetByRole(AriaRole.Alert).Sees().ToContainTextAsync("operator");
    }

    private Task<KeyedBrowserService> StartKeyed(params (string Name, string Value)[] settings) =>
        KeyedBrowserService.Start(
            [("Access__CorsOrigins__0", new Uri(chromium.ExampleUrl).GetLeftPart(UriPartial.Authority)), .. settings]);

    /// <summary>The example before a service, and what its console reports as errors, but for calls without a valid key.</summary>
    private async Task<(IPage Page, List<string> Failures)> Open(string service)
    {
        var failures = new List<string>();
        IPage page = await chromium.Open($"{chromium.ExampleUrl}?service={Uri.EscapeDataString(service)}", prepare: page =>
        {
            page.Console += (_, line) => failures.AddRange(IsFailure(line) ? [line.Text] : []);
            page.PageError += (_, error) => failures.Add(error);
            return Task.CompletedTask;
        });
        return (page, failures);
    }

    private static bool IsFailure(IConsoleMessage line) =>
        line.Type == "error" && !line.Text.Contains("status of 401", StringComparison.Ordinal);

    private static async Task Connect(IPage page, string key)
    {
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(key);
        await page.Button("Connect").ClickAsync();
    }

    private static async Task Trains(IPage page)
    {
        ILocator form = page.Form("Train");
        await form.GetByLabel("Data set").SelectOptionAsync("synthetic-digits"); // not exact: the options are part of the label
        await form.Field("Steps").FillAsync("20");
        await page.Button("Train").ClickAsync();
        await page.Locator("#status").Sees().ToContainTextAsync("succeeded, step 20 of 20");
        await page.Locator("#loss").Sees().ToContainTextAsync("validation loss 0.");
        await page.Locator("#network").Sees().ToContainTextAsync("strided, step 20");
    }

    /// <summary>An image of the service in an element, which sends no key.</summary>
    private static Task SeesDigits(IPage page) =>
        page.Locator("#digits").Sees().Not.ToHaveJSPropertyAsync("naturalWidth", 0);

    private static async Task Draws(IPage page)
    {
        await page.Stroke((0.3f, 0.2f), (0.6f, 0.8f));
        await page.Locator("#mse").Sees().Not.ToHaveTextAsync("");
        await page.Locator("#layers img").Sees().ToHaveCountAsync(3);
        foreach (ILocator map in await page.Locator("#layers img").AllAsync())
        {
            await map.Sees().Not.ToHaveJSPropertyAsync("naturalWidth", 0);
        }
    }
}
