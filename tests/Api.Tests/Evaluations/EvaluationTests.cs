using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Evaluations;

/// <summary>Evaluations, scores and maps over HTTP, on a small data set of rendered digits with labels.</summary>
[Collection(TrainedCollection.Name)]
public sealed class EvaluationTests(TrainedService trained) : IAsyncLifetime
{
    private const int Images = 300;
    private const int TestImages = 60;

    private readonly Dataset _digits = SyntheticDigits.Create(Images, 1, TestImages);

    private ServiceClient Service => trained.Service;

    public async ValueTask InitializeAsync()
    {
        Assert.True((await PutDigits("digits", labelled: true)).IsSuccessStatusCode); // again and again the same
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_evaluation_finds_losses_accuracies_and_a_map_and_is_there_when_asked_again()
    {
        string checkpoint = await Train("\"codeWidth\":8");
        JsonNode evaluation = await Evaluate($$"""{"checkpoint":"{{checkpoint}}"}""");
        Assert.Equal(("succeeded", "digits", "test", 100), (
            (string)evaluation["status"]!, (string)evaluation["dataset"]!, (string)evaluation["split"]!, (int)evaluation["percent"]!));
        JsonNode result = evaluation["result"]!;
        Assert.Equal(TestImages, (int)result["count"]!);
        float[] losses = Npy(await Service.Http.GetByteArrayAsync((string)evaluation["links"]!["losses"]!), TestImages);
        Assert.Equal(losses.Average(loss => (double)loss), (double)result["loss"]!["mean"]!, 1e-9);
        for (int i = 0; i < 3; i++)
        {
            JsonNode single = await Service.Json($"/v1/checkpoints/{checkpoint}/reconstruction?dataset=digits&index={i}");
            Assert.Equal((double)single["mse"]!, losses[i], 1e-7);
        }

        JsonArray worst = result["worst"]!.AsArray(), best = result["best"]!.AsArray();
        Assert.Equal((24, 24), (worst.Count, best.Count));
        Assert.Equal(losses.Max(), (float)worst[0]!["loss"]!, 1e-9f);
        Assert.Equal(losses.Min(), (float)best[0]!["loss"]!, 1e-9f);
        Assert.Equal(_digits.Test.Label((int)worst[0]!["index"]!), (int)worst[0]!["label"]!);
        Assert.Equal(TestImages, result["perLabel"]!.AsArray().Sum(label => (int)label!["count"]!));
        Assert.Equal(TestImages, result["loss"]!["histogram"]!["counts"]!.AsArray().Sum(count => (int)count!));
        foreach (string of in (string[])["code", "pixels", "pca"])
        {
            Assert.InRange((double)result["labelAccuracy"]![of]!["knn"]!, 0.2, 1); // ten classes: by chance 0.1
            Assert.InRange((double)result["labelAccuracy"]![of]!["ridge"]!, 0.2, 1);
        }

        Assert.InRange((double)result["codeDimensions"]!, 1, 8);
        Assert.InRange((double)result["pcaLoss"]!, 0.001, 0.1);
        Assert.Equal(
            ["conv1", "features", "code", "expand", "deconv1", "output"], result["units"]!.AsObject().Select(layer => layer.Key));
        Assert.Null(result["anomaly"]);

        using HttpResponseMessage again = await Service.Post("/v1/evaluations", $$"""{"checkpoint":"{{checkpoint}}"}""");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal((string)evaluation["id"]!, (string)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["id"]!);
        JsonNode listed = await Service.Json($"/v1/evaluations?checkpoint={checkpoint}&dataset=digits&status=succeeded");
        Assert.Single(listed["items"]!.AsArray());
        await Expect.Png(await Service.Http.GetAsync((string)evaluation["links"]!["best"]!));
        await Expect.Png(await Service.Http.GetAsync((string)evaluation["links"]!["worst"]!));
        Assert.DoesNotContain(
            (await Service.Json("/v1/training-jobs?limit=200"))["items"]!.AsArray(),
            job => (string)job!["id"]! == (string)evaluation["id"]!);
    }

    [Fact]
    public async Task The_same_evaluation_made_twice_has_the_same_bytes()
    {
        string checkpoint = await Train("\"codeWidth\":4");
        JsonNode first = await Evaluate($$"""{"checkpoint":"{{checkpoint}}"}""");
        byte[] losses = await Service.Http.GetByteArrayAsync((string)first["links"]!["losses"]!);
        string map = await Service.Http.GetStringAsync($"{first["links"]!["map"]}?method=tsne");
        string self = (string)first["links"]!["self"]!;
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync(self)).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(self));
        JsonNode second = await Evaluate($$"""{"checkpoint":"{{checkpoint}}"}""");
        Assert.NotEqual((string)first["id"]!, (string)second["id"]!);
        Assert.Equal(first["result"]!.ToJsonString(), second["result"]!.ToJsonString());
        Assert.Equal(losses, await Service.Http.GetByteArrayAsync((string)second["links"]!["losses"]!));
        Assert.Equal(map, await Service.Http.GetStringAsync($"{second["links"]!["map"]}?method=tsne"));
    }

    [Fact]
    public async Task A_map_places_an_image_among_its_neighbours_and_a_place_is_decoded()
    {
        string checkpoint = await Train("\"codeWidth\":8");
        JsonNode evaluation = await Evaluate($$"""{"checkpoint":"{{checkpoint}}"}""");
        string path = (string)evaluation["links"]!["self"]!;
        JsonNode map = await Service.Json($"{path}/map");
        Assert.Equal((TestImages, 2), (map["points"]!.AsArray().Count, map["explainedVariance"]!.AsArray().Count));
        JsonNode point = map["points"]![7]!;
        Assert.Equal(_digits.Test.Label(7), (int)point["label"]!);
        await Expect.Png(await Service.Http.GetAsync($"{path}/map.png"));
        await Expect.Png(await Service.Http.GetAsync($"{path}/map.png?method=tsne&width=300&height=200"));
        Assert.Null((await Service.Json($"{path}/map?method=tsne"))["explainedVariance"]);

        JsonNode position = await Posted($"{path}/map/position", Pixels(7));
        Assert.Equal(((float)point["x"]!, (float)point["y"]!), ((float)position["x"]!, (float)position["y"]!));
        JsonArray neighbors = position["neighbors"]!.AsArray();
        Assert.Equal(5, neighbors.Count);
        Assert.Equal((7, 0f), ((int)neighbors[0]!["index"]!, (float)neighbors[0]!["distance"]!));

        string plane = $$"""{"plane":[{{point["x"]}},{{point["y"]}}],"evaluation":"{{evaluation["id"]}}"}""";
        JsonNode decoded = await Posted($"/v1/checkpoints/{checkpoint}/decode", plane);
        Assert.Equal(784, decoded["pixels"]!.AsArray().Count);

        string other = await Train("\"codeWidth\":4");
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity, await Service.Post($"/v1/checkpoints/{other}/decode", plane));
        Assert.Contains(checkpoint, (string?)problem["detail"], StringComparison.Ordinal);
        await Expect.Problem(
            HttpStatusCode.NotFound,
            await Service.Post($"/v1/checkpoints/{checkpoint}/decode", $$"""{"plane":[0,0],"evaluation":"{{Guid.NewGuid()}}"}"""));
        foreach (string body in (string[])
            [$$"""{"plane":[0],"evaluation":"{{evaluation["id"]}}"}""", $$"""{"plane":[0,0]}""",
                $$"""{"plane":[1e39,0],"evaluation":"{{evaluation["id"]}}"}"""])
        {
            await Expect.Problem(HttpStatusCode.BadRequest, await Service.Post($"/v1/checkpoints/{checkpoint}/decode", body));
        }

        await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.GetAsync($"{path}/map?method=umap"));
        await Expect.Problem(
            HttpStatusCode.BadRequest, await Service.Post($"{path}/map/position", """{"pixels":[0.5,0.5]}"""));
    }

    [Fact]
    public async Task An_imported_network_that_lacks_its_validation_errors_has_no_score_and_says_how_it_gets_one()
    {
        JsonNode job = await Service.Ended(await Service.Submit(
            """{"architecture":"strided","dataset":"digits","channels":[4,8],"codeWidth":3,"steps":4,"warmupSteps":2,"film":true}"""));
        byte[] frame = await Service.Http.GetByteArrayAsync($"{job["links"]!["film"]}/4"); // without losses
        using HttpResponseMessage imported = await Service.Http.PostAsync(
            "/v1/checkpoints",
            new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity, await Service.Http.GetAsync($"{imported.Headers.Location}/score?dataset=digits"));
        Assert.Contains("errors on validation images", (string?)problem["detail"], StringComparison.Ordinal);
        await Expect.Png(await Service.Http.GetAsync($"{imported.Headers.Location}/score.png?dataset=digits")); // which needs none
    }

    [Fact]
    public async Task A_network_of_one_class_tells_the_others_and_scores_an_image_by_its_validation_errors()
    {
        string checkpoint = await Train("\"codeWidth\":2,\"labels\":[1]", steps: 300);
        JsonNode evaluation = await Evaluate($$"""{"checkpoint":"{{checkpoint}}"}""");
        JsonNode anomaly = evaluation["result"]!["anomaly"]!;
        int ones = Enumerable.Range(0, TestImages).Count(i => _digits.Test.Label(i) == 1);
        Assert.Equal((ones, TestImages - ones), ((int)anomaly["normal"]!, (int)anomaly["anomalous"]!));
        Assert.InRange((double)anomaly["auroc"]!, 0.8, 1);
        JsonNode last = anomaly["curve"]!.AsArray()[^1]!;
        Assert.Equal((1.0, 1.0), ((double)last["falsePositiveRate"]!, (double)last["truePositiveRate"]!));

        int other = Enumerable.Range(0, TestImages).First(i => _digits.Test.Label(i) == 8);
        JsonNode score = await Service.Json($"/v1/checkpoints/{checkpoint}/score?dataset=digits&index={other}");
        Assert.True((bool)score["isAnomalous"]!);
        Assert.Equal((0.99, 100.0), ((double)score["quantile"]!, (double)score["percentile"]!));
        Assert.True((double)score["mse"]! > (double)score["threshold"]!);
        Assert.Equal(
            score.ToJsonString(), (await Posted($"/v1/checkpoints/{checkpoint}/score", Pixels(other))).ToJsonString());
        Assert.Equal((112, 112), await Expect.Png(await Service.Http.GetAsync($"/v1/checkpoints/{checkpoint}/score.png?dataset=digits")));
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.BadRequest, await Service.Http.GetAsync($"/v1/checkpoints/{checkpoint}/score?dataset=digits&quantile=1.5"));
        Assert.NotNull(problem["errors"]!["quantile"]);

        JsonNode against = await Evaluate($$"""{"checkpoint":"{{checkpoint}}","against":"synthetic-digits"}""");
        Assert.Equal((ones, 2_000), (
            (int)against["result"]!["anomaly"]!["normal"]!, (int)against["result"]!["anomaly"]!["anomalous"]!));
    }

    [Fact]
    public async Task Labels_that_a_data_set_has_not_are_refused_and_one_without_labels_is_evaluated_without_them()
    {
        Assert.Equal(HttpStatusCode.Created, (await PutDigits("plain-digits", labelled: false)).StatusCode);
        foreach ((string dataset, string labels, string reason) in ((string, string, string)[])
            [("digits", "[11]", "no image of label 11"), ("plain-digits", "[1]", "have no labels"), ("digits", "[]", "one or more"),
                ("digits", "[1,1]", "different"), ("digits", "[-1]", "from 0 to 255")])
        {
            JsonNode problem = await Expect.Problem(
                HttpStatusCode.BadRequest,
                await Service.Post("/v1/training-jobs", $$"""{"dataset":"{{dataset}}","labels":{{labels}}}"""));
            Assert.Contains(reason, (string?)problem["errors"]!["labels"]![0], StringComparison.Ordinal);
        }

        string checkpoint = await Train("\"codeWidth\":4", dataset: "plain-digits");
        JsonNode result = (await Evaluate($$"""{"checkpoint":"{{checkpoint}}"}"""))["result"]!;
        Assert.Null(result["labelAccuracy"]);
        Assert.Empty(result["perLabel"]!.AsArray());
        Assert.Null(result["worst"]![0]!["label"]);
        Assert.InRange((double)result["codeDimensions"]!, 0, 4);
    }

    [Fact]
    public async Task Bad_requests_are_told_what_to_do()
    {
        string checkpoint = await Train("\"codeWidth\":4");
        foreach ((HttpStatusCode status, string body) in ((HttpStatusCode, string)[])
            [
                (HttpStatusCode.BadRequest, "{}"),
                (HttpStatusCode.NotFound, """{"checkpoint":"no-such-tag"}"""),
                (HttpStatusCode.NotFound, $$"""{"checkpoint":"{{checkpoint}}","dataset":"no-such-set"}"""),
                (HttpStatusCode.NotFound, $$"""{"checkpoint":"{{checkpoint}}","against":"no-such-set"}"""),
                (HttpStatusCode.BadRequest, $$"""{"checkpoint":"{{checkpoint}}","against":"digits"}"""),
                (HttpStatusCode.BadRequest, $$"""{"checkpoint":"{{checkpoint}}","split":"all"}"""),
            ])
        {
            await Expect.Problem(status, await Service.Post("/v1/evaluations", body));
        }

        (string, byte[])[] small = [("images", OwnImages.Idx(new byte[40 * 64], 40, 8, 8))];
        Assert.Equal(HttpStatusCode.Created, (await Service.PutForm("small-digits", small)).StatusCode);
        foreach (string field in (string[])["dataset", "against"])
        {
            JsonNode misfit = await Expect.Problem(
                HttpStatusCode.UnprocessableEntity,
                await Service.Post("/v1/evaluations", $$"""{"checkpoint":"{{checkpoint}}","{{field}}":"small-digits"}"""));
            Assert.Contains("small-digits", (string?)misfit["detail"], StringComparison.Ordinal);
        }

        string none = $"/v1/evaluations/{Guid.NewGuid()}";
        foreach (string path in (string[])["", "/losses", "/worst.png", "/best.png", "/map", "/map.png"])
        {
            await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(none + path));
        }
    }

    [Fact]
    public async Task An_evaluation_whose_checkpoint_is_deleted_meanwhile_fails_in_words_and_may_be_cancelled_before()
    {
        string checkpoint = await Train("\"codeWidth\":4"), other = await Train("\"codeWidth\":5");
        string blocker = await Service.Submit( // the only worker is busy with it
            """{"architecture":"dense","dataset":"digits","steps":100000,"evaluateEvery":100000,"checkpointEvery":100000}""");
        await Service.Await(blocker, job => (string)job["status"]! == "running");
        string doomed = await Begin($$"""{"checkpoint":"{{checkpoint}}"}"""), cancelled = await Begin($$"""{"checkpoint":"{{other}}"}""");
        JsonNode early = await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.GetAsync($"{doomed}/map"));
        await Expect.Problem( // a plane that is not there yet
            HttpStatusCode.Conflict,
            await Service.Post(
                $"/v1/checkpoints/{checkpoint}/decode", $$"""{"plane":[0,0],"evaluation":"{{doomed.Split('/')[^1]}}"}"""));
        Assert.Contains("not found this yet", (string?)early["detail"], StringComparison.Ordinal);
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync(doomed));
        Assert.Equal(HttpStatusCode.OK, (await Service.Post($"{cancelled}/cancel", "")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/checkpoints/{checkpoint}")).StatusCode);
        await Service.Post($"{blocker}/cancel", "");

        JsonNode ended = await Service.Ended(doomed);
        Assert.Equal("failed", (string?)ended["status"]);
        Assert.Contains("was deleted", (string?)ended["error"]!["detail"], StringComparison.Ordinal);
        Assert.Equal("cancelled", (string?)(await Service.Json(cancelled))["status"]);
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.GetAsync($"{cancelled}/losses"));
        JsonNode again = await Evaluate($$"""{"checkpoint":"{{other}}"}"""); // in place of the cancelled one
        Assert.Equal("succeeded", (string?)again["status"]);
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(cancelled));
    }

    [Fact]
    public async Task An_experiment_evaluates_its_checkpoints_where_it_is_to_and_its_report_has_what_they_found()
    {
        using HttpResponseMessage created = await Service.Post(
            "/v1/experiments",
            """
            {"evaluate":true,"common":{"architecture":"strided","dataset":"digits","channels":[4,8],"steps":20,"warmupSteps":5,
            "evaluateEvery":20,"checkpointEvery":20,"stopOnCollapse":false,"labels":[1,7]},"grid":{"codeWidth":[2,4]}}
            """);
        Assert.True(created.StatusCode == HttpStatusCode.Accepted, await created.Content.ReadAsStringAsync());
        string path = created.Headers.Location!.ToString();
        JsonNode table = await Service.Await(path, experiment => experiment["jobs"]!.AsArray().All(
            job => (string?)job!["evaluation"]?["status"] == "succeeded"));
        Assert.All(table["jobs"]!.AsArray(), job => Assert.InRange((double)job!["evaluation"]!["knn"]!, 0, 1));
        string report = await Service.Http.GetStringAsync($"{path}/report");
        int[] widths = [2, 4];
        string[][] accuracies = Rows("accuracies"), errors = Rows("errors"), labels = Rows("labels"), anomalies = Rows("anomalies");
        foreach ((int i, JsonNode? job) in table["jobs"]!.AsArray().Index())
        {
            JsonNode result = (await Service.Json($"/v1/evaluations/{job!["evaluation"]!["id"]}"))["result"]!;
            JsonNode of = result["labelAccuracy"]!;
            Assert.Equal(
                [
                    $"strided (codeWidth {widths[i]})", $"{widths[i]}",
                    .. from classifier in (string[])["knn", "ridge"]
                       from numbers in (string[])["code", "pca", "pixels"]
                       select ((double)of[numbers]![classifier]!).ToString("0.0 %", CultureInfo.InvariantCulture),
                ],
                accuracies[i]);
            Assert.Equal(["20", $"{result["count"]}"], errors[i][1..3]);
            AssertAbout([result["loss"]!["mean"]!, result["loss"]!["quantiles"]!["p50"]!], errors[i][3..5]);
            AssertAbout([result["pcaLoss"]!], errors[i][7..8]);
            AssertAbout([.. result["perLabel"]!.AsArray().Select(label => label!["mean"]!)], labels[i][1..]);
            Assert.Equal(((double)result["anomaly"]!["auroc"]!).ToString("0.000", CultureInfo.InvariantCulture), anomalies[i][2]);
        }

        string[][] Rows(string name)
        {
            string own = Regex.Match(report, $"<table class=\"{name}\">.*?<tbody>(.*?)</tbody>", RegexOptions.Singleline).Groups[1].Value;
            return
            [
                .. from row in own.Split("</tr>")[..^1]
                   select Regex.Matches(row, "<t[dh][^>]*>(.*?)</t[dh]>", RegexOptions.Singleline)
                       .Select(cell => Regex.Replace(cell.Groups[1].Value, "<[^>]*>", "").Trim()).ToArray(),
            ];
        }

        static void AssertAbout(JsonNode[] losses, string[] written) => Assert.All(losses.Zip(written), pair =>
            Assert.Equal((double)pair.First, double.Parse(pair.Second, CultureInfo.InvariantCulture), 0.005 * (double)pair.First + 1e-9));
    }

    [Fact]
    public async Task A_retry_under_the_same_key_gets_the_same_evaluation()
    {
        string checkpoint = await Train("\"codeWidth\":4");
        async Task<(HttpStatusCode, string)> Send()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/evaluations")
            {
                Content = new StringContent($$"""{"checkpoint":"{{checkpoint}}"}""", MediaTypeHeaderValue.Parse("application/json")),
                Headers = { { "Idempotency-Key", "one" } },
            };
            using HttpResponseMessage response = await Service.Http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        (HttpStatusCode, string) first = await Send();
        Assert.Equal(HttpStatusCode.Accepted, first.Item1);
        Assert.Equal(first, await Send());
    }

    private async Task<HttpResponseMessage> PutDigits(string name, bool labelled)
    {
        (string, byte[])[] images =
        [
            ("images", OwnImages.Idx(Bytes(_digits.Train), Images, 28, 28)),
            ("testImages", OwnImages.Idx(Bytes(_digits.Test), TestImages, 28, 28)),
        ];
        (string, byte[])[] labels =
        [
            ("labels", OwnImages.Idx(Labels(_digits.Train), Images)), ("testLabels", OwnImages.Idx(Labels(_digits.Test), TestImages)),
        ];
        return await Service.PutForm(name, labelled ? [.. images, .. labels] : images);

        static byte[] Bytes(DatasetSplit split) =>
            [.. Enumerable.Range(0, split.Count).SelectMany(i => split.Image(i).ToArray())];
        static byte[] Labels(DatasetSplit split) => [.. Enumerable.Range(0, split.Count).Select(split.Label)];
    }

    /// <returns>The id of the trained checkpoint.</returns>
    private async Task<string> Train(string settings, int steps = 60, string dataset = "digits")
    {
        JsonNode job = await Service.Ended(await Service.Submit(
            $$"""
            {"architecture":"strided","dataset":"{{dataset}}","channels":[4,8],"steps":{{steps}},"warmupSteps":5,"evaluateEvery":{{steps}},
            "checkpointEvery":{{steps}},"stopOnCollapse":false,{{settings}}}
            """));
        Assert.True((string?)job["status"] == "succeeded", job.ToJsonString());
        return (string)job["latestCheckpoint"]!;
    }

    private async Task<string> Begin(string body)
    {
        using HttpResponseMessage response = await Service.Post("/v1/evaluations", body);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    private async Task<JsonNode> Evaluate(string body)
    {
        JsonNode ended = await Service.Ended(await Begin(body));
        Assert.True((string?)ended["status"] == "succeeded", ended.ToJsonString());
        return ended;
    }

    private async Task<JsonNode> Posted(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json")),
            Headers = { Accept = { MediaTypeWithQualityHeaderValue.Parse("application/json") } },
        };
        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private string Pixels(int index) =>
        $$"""{"pixels":[{{string.Join(',', _digits.Test.Image(index).ToArray().Select(level => (level / 255f).ToString("R", null)))}}]}""";

    private static float[] Npy(byte[] file, params int[] shape) =>
        NpyFile.Read(file, shape).TryGet(out float[]? values, out string? fault) ? values : throw new InvalidDataException(fault);
}
