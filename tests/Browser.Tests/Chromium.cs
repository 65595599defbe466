using System.Diagnostics.CodeAnalysis;
using AutoencoderApi.Api.Tests;
using AutoencoderApi.Tests;
using Microsoft.Playwright;

[assembly: StartsProcesses]

namespace AutoencoderApi.Browser.Tests;

/// <summary>
/// A headless Chromium of the system, and a service to look at with an experiment: one short job each of two networks.
/// The variable CHROMIUM names another browser of the family.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    public const float PatienceMilliseconds = 120_000; // a loaded machine trains slowly

    private const string Experiment = """
        {"name":"two","common":{"dataset":"synthetic-digits","steps":40,"warmupSteps":20,"evaluateEvery":10,"checkpointEvery":20},
        "jobs":[{"architecture":"strided"},{"architecture":"nearest-unpool"}]}
        """;

    private static readonly string s_program = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-page-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServiceProcess? _service;
    private ExampleSite? _example;
    private string? _test;

    public string Url => _service!.Client.Http.BaseAddress!.ToString();

    /// <summary>The example frontend, on another origin, from which the service takes calls.</summary>
    public string ExampleUrl => _example!.Url;

    public ServiceClient Client => _service!.Client;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(s_program))
        {
            return; // Open skips the tests
        }

        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = s_program,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            });
        _example = await ExampleSite.Start();
        _service = await ServiceProcess.Start(_folder, ("Access__CorsOrigins__0", _example.Origin));
        using HttpResponseMessage made = await Client.Post("/v1/experiments", Experiment);
        await Client.Await(made.Headers.Location!.ToString(), experiment => (string?)experiment["status"] == "ended");
    }

    /// <summary>The page in a new window, as a visitor with an empty browser sees it.</summary>
    /// <param name="prepare">Called before the page is asked for, as to stand in for an answer.</param>
    public async Task<IPage> Open(string? url = null, BrowserNewContextOptions? options = null, Func<IPage, Task>? prepare = null)
    {
        SkipWithoutBrowser();
        await CloseOfEarlierTestsAsync(_browser);
        IBrowserContext visitor = await _browser.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        visitor.SetDefaultTimeout(PatienceMilliseconds);
        IPage page = await visitor.NewPageAsync();
        await (prepare?.Invoke(page) ?? Task.CompletedTask);
        await page.GotoAsync(url ?? Url);
        return page;
    }

    /// <summary>A page that is left open follows the jobs of the tests after its own, and draws its network again for each.</summary>
    private async Task CloseOfEarlierTestsAsync(IBrowser browser)
    {
        string test = TestContext.Current.Test!.UniqueID;
        if (_test != test)
        {
            _test = test;
            await Task.WhenAll(browser.Contexts.Select(visitor => visitor.CloseAsync()));
        }
    }

    [MemberNotNull(nameof(_browser))]
    public void SkipWithoutBrowser()
    {
        Assert.SkipWhen(_browser is null, $"There is no browser at {s_program}: install chromium, or set CHROMIUM.");
        _ = _browser!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        await (_example?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class ChromiumCollection : ICollectionFixture<Chromium>
{
    public const string Name = "a browser before a service with trained jobs";
}
