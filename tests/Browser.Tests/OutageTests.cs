using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>What the page shows while the service is away, and what becomes of it afterwards.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class OutageTests(Chromium chromium)
{
    [Fact]
    public async Task What_is_not_of_the_digit_drawn_is_dimmed_while_the_service_is_away_and_asked_for_again_once_it_is_back()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Clear").ClickAsync();
        ILocator row = page.Locator(".reconstruction"), output = page.GetByRole(AriaRole.Img, new() { Name = "Reconstruction" });
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
        string before = await output.ImageData();

        await page.RouteAsync("**/v1/**", route => route.AbortAsync());
        await page.Stroke((0.3f, 0.2f), (0.7f, 0.8f));
        await page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The service does not answer." }).Sees().ToBeVisibleAsync();
        await row.Sees().ToHaveAttributeAsync("aria-busy", "true");
        await output.Sees().ToHaveCSSAsync("opacity", "0.45");
        await page.Locator(".strip.outdated").First.Sees().ToBeVisibleAsync();
        Assert.Equal(before, await output.ImageData());
        string drawn = await page.Locator("#pad").ImageData();

        await page.UnrouteAsync("**/v1/**");
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
        Assert.NotEqual(before, await output.ImageData());
        Assert.Equal(drawn, await page.Locator("#pad").ImageData());
        await page.Locator("#notice").Sees().ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_test_digit_that_did_not_come_does_not_replace_what_has_been_drawn_since()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.RouteAsync("**/v1/**", route => route.AbortAsync());
        await page.Button("Next test digit").ClickAsync();
        await page.Locator("#pad.outdated").Sees().ToBeVisibleAsync();
        await page.Locator(".reconstruction.outdated").Sees().ToBeVisibleAsync();
        await page.Button("Clear").ClickAsync();
        await page.Locator("#pad.outdated").Sees().ToHaveCountAsync(0);
        string drawn = await page.Locator("#pad").ImageData();
        await page.UnrouteAsync("**/v1/**");
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
        Assert.Equal(drawn, await page.Locator("#pad").ImageData());
    }

    [Fact]
    public async Task A_refusal_stands_until_something_else_succeeds()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Locator("#upload")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "digit.png",
                    MimeType = "image/png",
                    Buffer = "no image"u8.ToArray(),
                });
        ILocator refusal = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "image/png or image/jpeg" });
        await refusal.Sees().ToBeVisibleAsync();
        // which the page asks for by itself
        await page.WaitForResponseAsync(response => response.Url.Contains("/v1/training-jobs?", StringComparison.Ordinal));
        await refusal.Sees().ToBeVisibleAsync();
        await page.Button("Next test digit").ClickAsync();
        await refusal.Sees().ToBeHiddenAsync();
    }
}
