using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>A visitor at a container; run by deploy/check --engine alone, which starts the container.</summary>
[Collection(ChromiumCollection.Name)]
public sealed partial class ContainerTests(Chromium chromium)
{
    private const float MinuteOfMs = 60_000;

    /// <summary>
    /// <c>CONTAINER_ADDRESS</c>: the address that the service printed, with its key; <c>CONTAINER_SCREENSHOT</c>: the file that shows what
    /// was seen in the end.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task The_address_that_a_container_prints_trains_the_first_network()
    {
        string address = Environment.GetEnvironmentVariable("CONTAINER_ADDRESS")
            ?? throw new InvalidOperationException("Set CONTAINER_ADDRESS.");
        IPage page = await chromium.Open(address);
        await Assertions.Expect(page).ToHaveURLAsync(NoKey());
        await page.Button("Train your own").ClickAsync();
        await page.Rows().Sees().ToHaveCountAsync(1);
        await page.Locator(".status").Sees().ToHaveTextAsync("succeeded", new() { Timeout = 5 * MinuteOfMs });
        await page.Go("Inspect");
        await page.SeeNetwork();
        if (Environment.GetEnvironmentVariable("CONTAINER_SCREENSHOT") is { } file)
        {
            await page.ScreenshotAsync(new() { Path = file, FullPage = true });
        }
    }

    [GeneratedRegex("^((?!key=).)*$")]
    private static partial Regex NoKey();
}
