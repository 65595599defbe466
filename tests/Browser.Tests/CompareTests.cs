using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class CompareTests(Chromium chromium)
{
    [Fact]
    public async Task All_five_networks_are_trained_side_by_side_and_reported_on_one_page_that_asks_for_nothing()
    {
        IPage page = await chromium.Open(chromium.Url + "#compare");
        ILocator form = page.Form("A new experiment");
        await form.Field("Data set").SelectOptionAsync("synthetic-digits");
        await form.Field("Steps").FillAsync("20");
        await form.Field("Name").FillAsync("five");
        await form.GetByText("5 jobs, one after the other.").Sees().ToBeVisibleAsync();
        await page.Button("Compare").ClickAsync();
        ILocator five = Experiment(page, "five");
        await five.Locator("tbody tr").Sees().ToHaveCountAsync(5);
        await page.Locator("#experiments-live").Sees().ToContainTextAsync("five has ended:");
        await five.Locator("td .status").Sees().ToHaveTextAsync(["succeeded", "succeeded", "succeeded", "succeeded", "succeeded"]);
        await State(five).Sees().ToHaveTextAsync("succeeded");
        await five.Locator(".chart .curve:not(.thin)").Sees().ToHaveCountAsync(5);
        await BestIsMarked(five);

        var hosts = new HashSet<string>();
        page.Context.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
        IPage report = await page.Context.RunAndWaitForPageAsync(() => page.Link("Report of five, in a new tab").ClickAsync());
        await report.Heading("five").Sees().ToBeVisibleAsync();
        Assert.Equal(
            5 + 5 + 4 + 3,
            await report.EvaluateAsync<int>(
                "async () => { await Promise.all([...document.images].map(image => image.decode())); return document.images.length; }"));
        AxeResult faults = await report.RunAxe();
        Assert.Empty(
            faults
                .Violations.Where(fault => fault.Impact is "serious" or "critical")
                .Select(fault => $"{fault.Id}: {string.Join("; ", fault.Nodes.Select(node => node.Html))}"));
        Assert.Equal(0, await report.EvaluateAsync<int>("performance.getEntriesByType('resource').length"));
        Assert.Equal([new Uri(chromium.Url).Authority], hosts.Where(host => host != "")); // images within the page have none

        const string Colours = "curves => curves.map(curve => getComputedStyle(curve).stroke)";
        string[] colours = await five.Locator(".chart .curve:not(.thin)").EvaluateAllAsync<string[]>(Colours);
        Assert.Equal(5, colours.Distinct().Count());
        Assert.Equal(colours, await report.Locator(".chart .curve").EvaluateAllAsync<string[]>(Colours));
        Assert.Equal(
            colours,
            await report.Locator(".legend .key").EvaluateAllAsync<string[]>(
                "keys => keys.map(key => getComputedStyle(key).backgroundColor)"));
        Assert.Equal(await Paper(page), await Paper(report));
        LocatorBoundingBoxResult chart = (await report.Locator(".chart").BoundingBoxAsync())!;
        Assert.True((await report.Locator(".legend").BoundingBoxAsync())!.Y >= chart.Y + chart.Height); // so it covers no curve

        await report.SetViewportSizeAsync(390, 800);
        Assert.Equal(390, await report.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        string[] sheets = PrintedPages.Of(await report.PdfAsync());
        Assert.InRange(sheets.Length, 2, 4);
        Assert.All(sheets, sheet => Assert.Contains("BT", sheet, StringComparison.Ordinal)); // "begin text": no page is empty
    }

    private static Task<string> Paper(IPage page) => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    [Fact]
    public async Task With_a_key_a_sweep_tags_its_best_and_the_report_and_the_weights_are_saved_as_files()
    {
        chromium.SkipWithoutBrowser();
        await using KeyedBrowserService service = await KeyedBrowserService.Start();
        IPage page = await chromium.Open(service.Url);
        await service.Unlock(page);
        await page.Go("Compare");
        ILocator form = await Sweep(page, "seed", "1, 2");
        await form.Field("Network").SelectOptionAsync("dense");
        await form.Field("Steps").FillAsync("10");
        await form.Field("Name").FillAsync("seeds");
        await page.Button("Compare").ClickAsync();
        ILocator seeds = Experiment(page, "seeds");
        await page.Locator("#experiments-live").Sees().ToContainTextAsync("is best, test loss");
        await seeds.GetByRole(AriaRole.Columnheader, new() { Name = "seed" }).Sees().ToBeVisibleAsync();
        await BestIsMarked(seeds);
        string best = await seeds.Locator(".is-best td").First.InnerTextAsync();
        await page.Button($"Look inside dense, seed {best}").ClickAsync();
        await page.Button("Settings").ClickAsync();
        await page.Locator("#tags").Sees().ToContainTextAsync("seeds");
        IDownload weights = await page.RunAndWaitForDownloadAsync(() => page.Link("Download its weights").ClickAsync());
        Assert.Matches("^dense-10-.*\\.safetensors$", weights.SuggestedFilename);
        Assert.True(new FileInfo((await weights.PathAsync())!).Length > 1_000_000);
        await page.Locator("#settings-close").ClickAsync();

        await page.Go("Compare");
        IDownload report = await page.RunAndWaitForDownloadAsync(() => page.Link("Download the report of seeds").ClickAsync());
        Assert.Equal("report-seeds.html", report.SuggestedFilename);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync((await report.PathAsync())!), StringComparison.Ordinal);
        await page.Button("Delete seeds").ClickAsync();
        await page.Answer("Delete");
        await page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The tag 'seeds' names checkpoint" }).Sees().ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("learningRate", "0.01, high", "“high” must be a number from 0.000001 to 1.")]
    [InlineData("kernelSize", "2, 3, 4", "“2” must be one of 1, 3, 5, 7, 9. “4” must be one of 1, 3, 5, 7, 9.")]
    [InlineData("architecture", "strided, round", "“round” must be one of strided, zero-unpool")]
    [InlineData("seed", "", "must be a whole number from 0 to 2,147,483,647.")]
    public async Task A_bad_value_of_a_sweep_is_marked_in_words_where_it_stands_and_starts_nothing(
        string setting,
        string values,
        string reason)
    {
        IPage page = await chromium.Open(chromium.Url + "#compare");
        await page.Locator(".experiment").First.Sees().ToBeVisibleAsync();
        int before = await page.Locator(".experiment").CountAsync();
        ILocator form = await Sweep(page, setting, values);
        await page.Button("Compare").ClickAsync();
        ILocator field = form.Field("Values, separated by commas");
        await field.Sees().ToBeFocusedAsync();
        await field.Sees().ToHaveAttributeAsync("aria-invalid", "true");
        await page.Locator("#values-0-error").Sees().ToContainTextAsync(reason);
        Assert.Equal(before, await page.Locator(".experiment").CountAsync());
    }

    [Fact]
    public async Task An_experiment_is_cancelled_and_deleted_once_that_is_confirmed()
    {
        IPage page = await chromium.Open(chromium.Url + "#compare");
        ILocator form = await Sweep(page, "seed", "1, 2");
        await form.Field("Second parameter (optional)").SelectOptionAsync("channels");
        await form.Field("Values of the second parameter, separated by commas").FillAsync("4 8, 8 8");
        await form.Field("Steps").FillAsync("100000");
        await form.Field("Name").FillAsync("too-long");
        await page.Button("Compare").ClickAsync();
        ILocator experiment = Experiment(page, "too-long");
        await experiment.Locator("tbody tr").Last.Sees().ToContainTextAsync("8 8");
        await page.Button("Cancel too-long").ClickAsync();
        await page.Answer("Keep running");
        await page.Button("Cancel too-long").Sees().ToBeFocusedAsync();
        await page.Button("Cancel too-long").ClickAsync();
        await page.Answer("Cancel all 4 jobs");
        await experiment.Locator("td .status").Sees().ToHaveTextAsync(["cancelled", "cancelled", "cancelled", "cancelled"]);
        await State(experiment).Sees().ToHaveTextAsync("cancelled");
        await page.Button("Delete too-long").ClickAsync();
        await page.Answer("Delete");
        await experiment.Sees().ToHaveCountAsync(0);
        await page.Heading("Experiments").Sees().ToBeFocusedAsync();
    }

    [Fact]
    public async Task An_experiment_stands_as_its_jobs_do_whether_its_table_is_open_or_not()
    {
        chromium.SkipWithoutBrowser();
        using HttpResponseMessage made = await chromium.Client.Post(
            "/v1/experiments",
            """
            {"name":"mixed","common":{"architecture":"dense","denseWidths":[30,10],"dataset":"synthetic-digits"},
            "jobs":[{"steps":10},{"steps":10,"learningRate":0.02},{"steps":100000}]}
            """);
        string experiment = made.Headers.Location!.ToString();
        string last = (string)(await chromium.Client.Json(experiment))["jobs"]![2]!["job"]!;
        IPage page = await chromium.Open(chromium.Url + "#compare");
        await State(Experiment(page, "mixed")).Sees().ToContainTextAsync("running, 2 of 3 ended");
        await page.Button("Cancel mixed").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByText("Cancel 1 of 3 jobs", new() { Exact = true }).Sees().ToBeVisibleAsync();
        await page.Answer("Keep running");
        using HttpResponseMessage cancelled = await chromium.Client.Post($"{last}/cancel", "");
        await chromium.Client.Await(experiment, each => (string?)each["status"] == "ended");
        await page.ReloadAsync();
        ILocator mixed = Experiment(page, "mixed");
        await State(mixed).Sees().ToHaveTextAsync("2 succeeded, 1 cancelled");
        await mixed.GetByText("Curves and table").ClickAsync(); // closes or opens it
        await State(mixed).Sees().ToHaveTextAsync("2 succeeded, 1 cancelled");
        await page.Button("Delete mixed").ClickAsync();
        await page.Answer("Delete");
        await mixed.Sees().ToHaveCountAsync(0);
    }

    private static ILocator State(ILocator experiment) => experiment.Locator(".head .status");

    private static ILocator Experiment(IPage page, string name) => page.Locator(".experiment").Filter(new() { Has = page.Heading(name) });

    private static async Task<ILocator> Sweep(IPage page, string setting, string values)
    {
        ILocator form = page.Form("A new experiment");
        await form.Field("Data set").SelectOptionAsync("synthetic-digits");
        await form.Field("Hyperparameter sweep").CheckAsync();
        await form.Field("Parameter").SelectOptionAsync(setting);
        await form.Field("Values, separated by commas").FillAsync(values);
        return form;
    }

    private static async Task BestIsMarked(ILocator experiment)
    {
        IReadOnlyList<string> losses = await experiment.Locator("td.main").AllInnerTextsAsync();
        Assert.Equal(losses.MinBy(Pages.Number), await experiment.Locator(".is-best td.main").InnerTextAsync());
        await experiment.GetByText("best", new() { Exact = true }).And(experiment.Locator(":visible")).Sees().ToHaveCountAsync(1);
    }
}
