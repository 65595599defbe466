using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests;
using AutoencoderApi.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed partial class RunKeyTests(Chromium chromium) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-run-key-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_printed_address_opens_a_page_that_keeps_the_key_in_the_tab_and_not_in_the_address()
    {
        chromium.SkipWithoutBrowser();
        Assert.SkipWhen(MachineAddress.BeyondLoopback is null, MachineAddress.Missing);
        int port = ServiceProcess.FreePort();
        await using ServiceProcess service = ServiceProcess.Launch(_folder, port, [], ("ASPNETCORE_URLS", $"http://0.0.0.0:{port}"));
        string key = await service.RunKey(), url = $"http://{MachineAddress.BeyondLoopback}:{port}/";
        var refused = new List<string>();
        IPage page = await chromium.Open($"{url}#key={key}", prepare: page =>
        {
            page.Response += (_, response) => refused.AddRange(response.Status < 400 ? [] : [response.Url]);
            return Task.CompletedTask;
        });
        await Assertions.Expect(page).Not.ToHaveURLAsync(WithKey());
        await page.Button("Key ✓").Sees().ToBeVisibleAsync();
        await page.Button("Choose the settings myself").ClickAsync();
        await page.Form("A new network").Field("Steps").FillAsync("40");
        await page.Button("Train").ClickAsync();
        await page.Locator(".status").Sees().ToHaveTextAsync("succeeded");
        await page.Go("Inspect");
        await page.ReloadAsync();
        await page.SeeNetwork();
        Assert.Empty(refused);

        IPage stranger = await chromium.Open(url);
        await stranger.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Send a key in the header X-API-Key" }).Sees().ToBeVisibleAsync();
        await stranger.GotoAsync($"{url}#key={key}"); // in a tab that has the page already: no new load
        await Assertions.Expect(stranger).Not.ToHaveURLAsync(WithKey());
        await stranger.SeeNetwork();
    }

    [GeneratedRegex("key=")]
    private static partial Regex WithKey();
}
