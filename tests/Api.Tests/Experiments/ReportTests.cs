using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Experiments;

/// <summary>The report of an experiment over HTTP.</summary>
[Collection(TrainedCollection.Name)]
public sealed partial class ReportTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task The_report_says_what_was_done_with_data_seeds_settings_machine_and_time()
    {
        await Service.PutForm("reported", ("images", OwnImages.Idx(OwnImages.Noise(1, 12 * 8 * 8), 12, 8, 8)));
        JsonNode data = await Service.Json("/v1/datasets/reported");
        (string path, JsonNode experiment) = await Ended("""
            {"name":"two rates","common":{"dataset":"reported","steps":3,"batchSize":2,"warmupSteps":0,"channels":[2,3],"seed":7,
            "stopOnCollapse":false},"grid":{"learningRate":[0.001,0.002]}}
            """);

        string done = Section(await Report(path), "What was done");

        Assert.Contains("reported, images of 1 × 8 × 8: ", done);
        Assert.Contains($": {Images("train")} training, {Images("validation")} validation, {Images("test")} test images.", done);
        Assert.Contains($"SHA-256 {data["sha256"]}", done);
        Assert.Contains("Jobs 2 succeeded Seed 7 Steps 3 of 2 images each", done);
        Assert.Matches("Settings of all jobs architecture strided, .*, channels 2 3, .*, warmupSteps 0, ", done);
        Assert.Contains("Settings that differ learningRate Machine", done);
        Assert.DoesNotContain("denseWidths", done); // no network here has them
        JsonNode machine = await MachineOf((string)experiment["jobs"]![0]!["latestCheckpoint"]!);
        Assert.Contains($"engine {machine["engine"]}, instruction set {machine["instructionSet"]}, {machine["threads"]} thread", done);
        JsonNode[] jobs = await Task.WhenAll(experiment["jobs"]!.AsArray().Select(job => Service.Json((string)job!["job"]!)));
        Assert.Contains($"created {Minute(experiment["createdAt"]!)}, first job started {Minute(jobs[0]["startedAt"]!)}", done);
        Assert.Contains($"last job ended {Minute(jobs[1]["endedAt"]!)}", done);
        Assert.Matches(@"AutoencoderApi 0\.1\.0.* wrote this report", done);

        await Service.Http.DeleteAsync("/v1/datasets/reported");
        await Service.PutForm("reported", ("images", OwnImages.Idx(OwnImages.Noise(2, 12 * 8 * 8), 12, 8, 8)));
        done = Section(await Report(path), "What was done");
        Assert.Contains("Another data set has its name now.", done);
        Assert.DoesNotContain("SHA-256", done);
        await Service.Http.DeleteAsync("/v1/datasets/reported");

        string Images(string split) => $"{data["splits"]![split]}";
        static string Minute(JsonNode time) =>
            ((DateTime)time).ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_outcome_is_the_job_with_the_least_test_loss_and_how_far_the_next_one_is()
    {
        (string path, JsonNode experiment) = await Ended("""
            {"common":{"dataset":"synthetic-digits","steps":60,"warmupSteps":5,"channels":[4,8],"stopOnCollapse":false},
            "jobs":[{"name":"slow","learningRate":0.00001},{"name":"fast"}]}
            """);
        double[] losses = [.. experiment["jobs"]!.AsArray().Select(job => (double)job!["loss"]!["test"]!)];
        string least = losses[0] < losses[1] ? "slow" : "fast", next = losses[0] < losses[1] ? "fast" : "slow";

        Match outcome = ComparedOutcome().Match(Outcome(await Report(path)));

        Assert.Equal((least, next), (outcome.Groups[1].Value, outcome.Groups[4].Value));
        Assert.Equal(losses.Min(), Number(outcome.Groups[2]), losses.Min() / 200);
        Assert.Equal(losses.Max(), Number(outcome.Groups[5]), losses.Max() / 200);
    }

    [Fact]
    public async Task The_outcome_of_seeds_is_their_mean_and_standard_deviation()
    {
        (string path, JsonNode experiment) = await Ended("""
            {"common":{"dataset":"synthetic-digits","steps":20,"warmupSteps":5,"channels":[2,3],"stopOnCollapse":false},
            "grid":{"seed":[1,2,3]}}
            """);
        double[] losses = [.. experiment["jobs"]!.AsArray().Select(job => (double)job!["loss"]!["test"]!)];
        double mean = losses.Average(), deviation = Math.Sqrt(losses.Sum(loss => (loss - mean) * (loss - mean)) / 2);

        Match outcome = Regex.Match(
            Outcome(await Report(path)), @"^strided has a mean test loss of ([\d.]+) ± ([\d.]+) over 3 seeds \(± standard deviation\)\.$");

        Assert.Equal(mean, Number(outcome.Groups[1]), 0.005 * mean);
        Assert.Equal(deviation, Number(outcome.Groups[2]), (0.02 * deviation) + (0.005 * mean));
    }

    [Fact]
    public async Task The_article_and_the_report_itself_are_cited()
    {
        (string path, JsonNode experiment) = await Ended("""
            {"name":"to be cited","common":{"dataset":"synthetic-digits","steps":2,"warmupSteps":0,"stopOnCollapse":false},"jobs":[{}]}
            """);
        string html = await Report(path), citation = Section(html, "Citation");
        Assert.Contains("c1mone: Tensorflow Day18 Convolutional Autoencoder, 2 January 2017, in Chinese", citation);
        Assert.Contains("href=\"https://github.com/c1mone/Tensorflow-101\"", html);
        string date = ((DateTime)experiment["createdAt"]!).ToUniversalTime().ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        Assert.Matches($@"Cite this report AutoencoderApi 0\.1\.0.*: to be cited, experiment {experiment["id"]}, {date}\.", citation);
        Assert.DoesNotContain(">article</th>", html); // these are neither its steps nor its data
        Assert.DoesNotContain("<h2>Evaluations", html); // there are none
    }

    [Fact]
    [StartsProcesses]
    public async Task The_articles_losses_stand_beside_networks_with_its_own_settings_on_MNIST_alone()
    {
        Assert.SkipUnless(MnistFolder.IsAtHand, "needs MNIST");
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using ServiceProcess service = await ServiceProcess.Start(folder, ("Datasets__Mnist__Folder", MnistFolder.Path));
        using HttpResponseMessage made = await service.Client.Post(
            "/v1/experiments",
            """
            {"common":{"dataset":"mnist"},
            "jobs":[{},{"channels":[8,32]},{"architecture":"dense"},{"architecture":"zero-unpool","seed":2},{"steps":10}]}
            """);
        Assert.True(made.StatusCode == HttpStatusCode.Accepted, await made.Content.ReadAsStringAsync());
        string html = await service.Client.Http.GetStringAsync($"{made.Headers.Location}/report");
        using HttpResponseMessage cancelled = await service.Client.Post($"{made.Headers.Location}/cancel", "");
        Assert.Contains(">article</th>", html);
        string losses = html[html.IndexOf("<h2>Losses", StringComparison.Ordinal)..];
        Assert.Equal(
            ["0.000948", "–", "–", "0.0858", "–"],
            ArticleCell().Matches(losses).Select(cell => WebUtility.HtmlDecode(cell.Groups[1].Value)));
    }

    [Fact]
    public async Task The_report_has_the_colours_of_the_page_and_gives_each_job_the_one_of_its_place()
    {
        (string path, _) = await Ended("""
            {"common":{"dataset":"synthetic-digits","steps":4,"warmupSteps":0,"evaluateEvery":2,"channels":[2,3],"stopOnCollapse":false},
            "grid":{"seed":[1,2,3]}}
            """);
        string html = await Report(path), page = await Service.Http.GetStringAsync("/page/page.css");
        string style = html[html.IndexOf("<style>", StringComparison.Ordinal)..html.IndexOf("</style>", StringComparison.Ordinal)];
        string[] colours = [.. ColourRule().Matches(page).Select(rule => rule.Value)];
        Assert.InRange(colours.Length, 30, 100);
        Assert.Equal(colours, ColourRule().Matches(style).Select(rule => rule.Value));

        Assert.Equal(["series-0", "series-1", "series-2"], Curve().Matches(html).Select(curve => curve.Groups[1].Value));
        string[] parts = html.Split("<ul class=\"legend\">", 2);
        Assert.Equal(
            ["series-0 strided (seed 1)", "series-1 strided (seed 2)", "series-2 strided (seed 3)"],
            LegendEntry().Matches(parts[1].Split("</ul>", 2)[0])
                .Select(entry => $"{entry.Groups[1].Value} {entry.Groups[2].Value.Trim()}"));
        Assert.Contains(">validation loss (mean squared error)</span>", html);
        Assert.Contains(">step</span>", html);
    }

    private async Task<(string Path, JsonNode Experiment)> Ended(string body)
    {
        using HttpResponseMessage made = await Service.Post("/v1/experiments", body);
        Assert.True(made.StatusCode == HttpStatusCode.Accepted, await made.Content.ReadAsStringAsync());
        string path = made.Headers.Location!.ToString();
        return (path, await Service.Await(path, state => (string?)state["status"] == "ended"));
    }

    /// <summary>The report, its character references resolved.</summary>
    private async Task<string> Report(string path) => WebUtility.HtmlDecode(await Service.Http.GetStringAsync($"{path}/report"));

    private static string Outcome(string html) =>
        Text(Regex.Match(html, "<p class=\"outcome\">(.*?)</p>", RegexOptions.Singleline).Groups[1].Value);

    private static string Section(string html, string heading) =>
        Text(Regex.Match(html, $"<h2>{heading}</h2>(.*?)</section>", RegexOptions.Singleline).Groups[1].Value);

    private static string Text(string markup) =>
        Regex.Replace(Regex.Replace(Regex.Replace(markup, "</?(span|code|strong|cite|a)[^>]*>", ""), "<[^>]*>", " "), @"\s+", " ").Trim();

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    /// <summary>What the file of a checkpoint says that computed it.</summary>
    private async Task<JsonNode> MachineOf(string checkpoint)
    {
        byte[] file = await Service.Http.GetByteArrayAsync($"/v1/checkpoints/{checkpoint}/weights");
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        return JsonNode.Parse((string)JsonNode.Parse(Encoding.UTF8.GetString(file, 8, length))!["__metadata__"]!["machine"]!)!;
    }

    [GeneratedRegex(@"^(\S+) has the least test loss, ([\d.]+), (.*) that of the next, (\S+) \(([\d.]+)\)\.$")]
    private static partial Regex ComparedOutcome();

    [GeneratedRegex(@"--[\w-]+: light-dark\([^)]*\)|\.series-\d \{[^}]*\}")]
    private static partial Regex ColourRule();

    /// <summary>The first cell of a row, which stands before that of the test loss.</summary>
    [GeneratedRegex("</th>\\s*<td>([^<]*)</td>\\s*<td class=\"main\">")]
    private static partial Regex ArticleCell();

    [GeneratedRegex("<path class=\"curve (series-[a-z0-9]+)\"")]
    private static partial Regex Curve();

    [GeneratedRegex("<span class=\"key (series-[a-z0-9]+)\"></span>([^<]*)<")]
    private static partial Regex LegendEntry();
}
