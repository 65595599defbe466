using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests.Datasets;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed partial class ExperimentTests(TrainedService trained)
{
    private const string Common = """{"dataset":"synthetic-digits","steps":10,"warmupSteps":5,"evaluateEvery":5,"channels":[2,3]}""";

    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task The_preset_trains_all_five_architectures_and_its_report_is_one_page_that_needs_nothing_else()
    {
        string path = await Submit(
            """{"preset":"convolutional-autoencoder","common":{"dataset":"synthetic-digits","steps":10,"evaluateEvery":5}}"""
        );
        JsonNode experiment = await Ended(path);
        JsonArray jobs = experiment["jobs"]!.AsArray();
        Assert.Equal(TrainedService.Architectures, jobs.Select(job => (string)job!["architecture"]!));
        Assert.All(jobs, job =>
        {
            Assert.Equal("succeeded", (string?)job!["status"]);
            Assert.InRange((double)job["loss"]!["test"]!, 1e-6, 1);
            Assert.InRange((double)job["deadUnits"]!, 0, 1);
            Assert.True((double)job["millisecondsPerStep"]! > 0);
            Assert.Equal((string?)job["architecture"], (string?)job["varied"]!["architecture"]);
        });
        Assert.Equal((string?)jobs.MinBy(job => (double)job!["loss"]!["test"]!)!["id"], (string?)experiment["best"]);
        Assert.Null(experiment["tag"]);

        using HttpResponseMessage response = await Service.Http.GetAsync($"{path}/report");
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        string html = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("<!DOCTYPE html>", html);
        string[] sources = [.. Source().Matches(html).Select(match => match.Groups[1].Value)];
        // reconstructions; maps of code, of deconv1 (dense has none), and of unpool1
        Assert.Equal(5 + 5 + 4 + 3, sources.Length);
        Assert.All(sources, source => Assert.StartsWith("data:image/png;base64,iVBORw0KGgo", source));
        const string Article = "https://github.com/c1mone/Tensorflow-101"; // a link, and its text on paper
        string body = html[html.IndexOf("<body", StringComparison.Ordinal)..].Replace(Article, "", StringComparison.Ordinal);
        Assert.DoesNotContain("http", body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("style-src 'sha256-", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.All(TrainedService.Architectures, architecture => Assert.Contains(architecture, html));
    }

    [Fact]
    public async Task A_grid_makes_a_job_of_every_combination_and_tags_the_best_once_all_have_ended()
    {
        string path = await Submit($$$"""{"name":"rates","common":{{{Common}}},"grid":{"learningRate":[0.001,0.01],"seed":[1,2,3]}}""");
        JsonNode experiment = await Ended(path);
        JsonArray jobs = experiment["jobs"]!.AsArray();
        Assert.Equal(
            ["0.001/1", "0.001/2", "0.001/3", "0.01/1", "0.01/2", "0.01/3"],
            jobs.Select(job => $"{job!["varied"]!["learningRate"]}/{job["varied"]!["seed"]}"));
        Assert.Equal("rates", (string?)experiment["tag"]);
        JsonNode best = jobs.MinBy(job => (double)job!["loss"]!["test"]!)!;
        Assert.Equal((string?)best["latestCheckpoint"], (string?)(await Service.Json("/v1/tags/rates"))["checkpoint"]);

        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync(path)); // a tag names one of its checkpoints
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/tags/rates")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync(path)).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(path));
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync((string)best["job"]!));
    }

    [Fact]
    public async Task A_list_of_jobs_takes_what_they_have_in_common_and_what_each_says_itself()
    {
        string path = await Submit($$$"""{"common":{{{Common}}},"jobs":[{"name":"a"},{"architecture":"dense"},{"steps":11}]}""");
        JsonArray jobs = (await Ended(path))["jobs"]!.AsArray();
        Assert.Equal("a", (string?)jobs[0]!["name"]);
        Assert.Equal(["strided 10", "dense 10", "strided 11"], jobs.Select(job => $"{job!["architecture"]} {job["steps"]}"));
    }

    [Theory]
    [InlineData("{}", "jobs")]
    [InlineData("""{"jobs":[]}""", "jobs")]
    [InlineData("""{"preset":"convolutional-autoencoder","jobs":[{}]}""", "jobs")]
    [InlineData("""{"jobs":[{},{"steps":0}]}""", "jobs[1].steps")]
    [InlineData("""{"grid":{"learningRate":[]}}""", "jobs")]
    [InlineData("""{"grid":{"learningRate":[0.01,"high"]}}""", "grid[1].learningRate")]
    [InlineData("""{"grid":{"colour":[1]}}""", "grid[0].colour")]
    [InlineData("""{"jobs":[],"grid":{"colour":[1]}}""", "grid[0].colour")]
    [InlineData("""{"grid":{"seed":[1],"kernelSize":[4]}}""", "grid[0].kernelSize")]
    [InlineData("""{"grid":{"seed":[1,2,3,4,5,6,7,8,9],"steps":[1,2,3,4,5,6,7,8]}}""", "grid")]
    public async Task A_request_that_makes_no_experiment_is_told_which_field_is_wrong_and_makes_no_job(string body, string field)
    {
        string before = Newest(await Service.Json("/v1/training-jobs?limit=1"));
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Service.Post("/v1/experiments", body));
        Assert.Equal(field, Assert.Single(problem["errors"]!.AsObject()).Key);
        Assert.Equal(before, Newest(await Service.Json("/v1/training-jobs?limit=1")));

        static string Newest(JsonNode page) => (string)page["items"]![0]!["id"]!;
    }

    [Fact]
    public async Task Cancelling_an_experiment_ends_all_its_jobs_and_the_report_says_what_there_is()
    {
        string path = await Submit("""{"common":{"dataset":"synthetic-digits","steps":100000},"grid":{"seed":[1,2,3]},"tag":"never"}""");
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync(path));
        using HttpResponseMessage cancelled = await Service.Post($"{path}/cancel", "");
        Assert.True(cancelled.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK);
        JsonNode experiment = await Ended(path);
        Assert.All(experiment["jobs"]!.AsArray(), job => Assert.Equal("cancelled", (string?)job!["status"]));
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync("/v1/tags/never"));
        Assert.Contains("cancelled", await Service.Http.GetStringAsync($"{path}/report"));
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task The_report_says_so_where_another_data_set_of_other_images_now_has_the_name()
    {
        byte[] colored = OwnImages.Idx(OwnImages.Noise(1, 12 * 3 * 8 * 16), 12, 3, 8, 16),
            grey = OwnImages.Idx(OwnImages.Noise(2, 12 * 8 * 8), 12, 8, 8);
        await Service.PutForm("changing", ("images", colored));
        string path =
            await Submit(
            """{"grid":{"seed":[1,2]},"common":{"dataset":"changing","steps":2,"batchSize":2,"warmupSteps":0,"channels":[2,3]}}""");
        await Ended(path);
        Assert.Contains("Test images over their reconstructions", await Service.Http.GetStringAsync($"{path}/report"));
        await Service.Http.DeleteAsync("/v1/datasets/changing");
        Assert.Contains("cannot be had now", await Service.Http.GetStringAsync($"{path}/report"));
        Assert.Equal(HttpStatusCode.Created, (await Service.PutForm("changing", ("images", grey))).StatusCode);

        string report = await Service.Http.GetStringAsync($"{path}/report");

        Assert.Contains("The data set changing is another one now, of images [1, 8, 8]; this network was trained on [3, 8, 16]", report);
        Assert.DoesNotContain("Test images over their reconstructions", report, StringComparison.Ordinal);
        await Service.Http.DeleteAsync("/v1/datasets/changing");
    }

    [Fact]
    public async Task Experiments_are_listed_newest_first_in_pages_and_known_by_their_entity_tag()
    {
        string[] made = [await Submit(Body(1)), await Submit(Body(2)), await Submit(Body(3))];
        JsonNode first = await Service.Json("/v1/experiments?limit=2");
        Assert.Equal(made.Reverse().Take(2), first["items"]!.AsArray().Select(item => (string)item!["links"]!["self"]!));
        JsonNode second = await Service.Json($"/v1/experiments?limit=2&cursor={first["nextCursor"]}");
        Assert.Equal(made[0], (string?)second["items"]![0]!["links"]!["self"]);
        Assert.Equal(2, (int?)second["items"]![0]!["jobs"]);
        await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.GetAsync("/v1/experiments?cursor=x"));

        await Ended(made[2]);
        using HttpResponseMessage shown = await Service.Http.GetAsync(made[2]);
        Assert.Null(shown.Headers.RetryAfter);
        using var request = new HttpRequestMessage(HttpMethod.Get, made[2]);
        request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(shown.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, (await Service.Http.SendAsync(request)).StatusCode);

        static string Body(int seed) => $$$"""{"common":{{{Common}}},"grid":{"seed":[{{{seed}}},{{{seed + 10}}}]}}""";
    }

    [Fact]
    public async Task The_same_key_makes_one_experiment()
    {
        string body = $$$"""{"common":{{{Common}}},"jobs":[{},{}]}""";
        string key = Guid.NewGuid().ToString();
        using HttpResponseMessage first = await Send(), again = await Send();
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());

        Task<HttpResponseMessage> Send()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/v1/experiments")
            {
                Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json")),
            };
            request.Headers.Add("Idempotency-Key", key);
            return Service.Http.SendAsync(request);
        }
    }

    private async Task<string> Submit(string json)
    {
        using HttpResponseMessage response = await Service.Post("/v1/experiments", json);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Headers.RetryAfter);
        return response.Headers.Location!.ToString();
    }

    private Task<JsonNode> Ended(string path) => Service.Await(path, experiment => (string?)experiment["status"] == "ended");

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Source();
}
