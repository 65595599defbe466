using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class KeyTests(Chromium chromium)
{
    [Fact]
    public async Task A_key_is_kept_once_the_service_knows_it_its_role_is_shown_and_what_the_role_may_not_do_is_disabled()
    {
        chromium.SkipWithoutBrowser();
        await using KeyedBrowserService service = await KeyedBrowserService.Start();
        IPage page = await chromium.Open(service.Url);
        ILocator dialog = page.GetByRole(AriaRole.Dialog);
        await page.Button("Enter a key").ClickAsync();
        await dialog.Sees().ToContainTextAsync("An API key is the password of a program or person at this service");
        await dialog.Sees().ToContainTextAsync("This tab has no key.");

        await Enter(page, "aek_wrong");
        await page.Locator("#key-error").Sees().ToHaveTextAsync("The key is not one that this service knows.");
        await page.Button("Key ✓").Sees().ToHaveCountAsync(0);
        Assert.Equal("", await page.EvaluateAsync<string>("sessionStorage.getItem('api-key') ?? ''"));

        await Enter(page, service.ReaderKey);
        await dialog.Sees().ToBeHiddenAsync();
        await page.Button("Key ✓").Sees().ToBeVisibleAsync();
        await page.Locator("#role").Sees().ToHaveTextAsync("reader");
        await page.Button("Train your own").Sees().ToBeDisabledAsync();
        await page.Button("Choose the settings myself").ClickAsync();
        await page.Button("Train").Sees().ToBeDisabledAsync();

        await page.Locator("#import").Sees().ToBeDisabledAsync();
        await page.Link("Dashboard").Sees().ToHaveCountAsync(0);
        await page.Form("A new network").GetByText("Needs the role operator; this key has the role reader.").Sees().ToBeVisibleAsync();

        await page.Button("Key ✓").ClickAsync();
        await dialog.Sees().ToContainTextAsync("This tab uses the key looker, which has the role reader.");
        await Enter(page, service.OperatorKey);
        await page.Locator("#role").Sees().ToHaveTextAsync("operator");
        await page.Button("Train").Sees().ToBeEnabledAsync();
        await page.Button("Key ✓").ClickAsync();
        await page.Button("Forget the key").ClickAsync();
        await page.Button("Key").Sees().ToBeVisibleAsync();
        await page.Button("Enter a key").Sees().ToBeVisibleAsync();
    }

    private static async Task Enter(IPage page, string key)
    {
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(key);
        await page.Button("Use it").ClickAsync();
    }
}
