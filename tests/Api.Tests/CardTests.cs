using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

/// <summary>Model cards: every number on one is that of another answer.</summary>
[Collection(TrainedCollection.Name)]
public sealed class CardTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task The_card_of_a_trained_checkpoint_has_the_numbers_of_the_other_answers()
    {
        JsonNode job = await Service.Ended(await Service.Submit("""
            {"dataset":"synthetic-digits","channels":[2,3],"codeWidth":4,"labels":[1,7],"steps":30,"warmupSteps":10,"evaluateEvery":10,
            "checkpointEvery":10,"noise":{"kind":"gaussian","amount":0.2},"stopOnCollapse":false}
            """));
        string id = (string)job["latestCheckpoint"]!, path = $"/v1/checkpoints/{id}";
        JsonNode card = await Service.Json($"{path}/card"), checkpoint = await Service.Json(path);
        AssertSame(checkpoint, card["checkpoint"]!);
        Assert.Equal(checkpoint["layers"]!.AsArray().Sum(layer => (int)layer!["parameters"]!), (int)card["parameters"]!);
        Assert.Equal((string)checkpoint["lineage"]!["datasetSha256"]!, (string)card["data"]!["sha256"]!);
        AssertSame((await Service.Json("/v1/datasets/synthetic-digits"))["splits"]!, card["data"]!["splits"]!);
        AssertSame(checkpoint["settings"]!["labels"]!, card["data"]!["labels"]!);
        AssertSame(checkpoint["settings"]!["noise"]!, card["data"]!["noise"]!);
        Assert.Contains("labels 1, 7 alone, with gaussian noise of 0.2", (string?)card["data"]!["statement"], StringComparison.Ordinal);
        Assert.Equal(["train", "validation", "test"], Names(card["losses"]!));
        Assert.All(card["losses"]!.AsArray(), loss => AssertSame(checkpoint["losses"]![(string)loss!["name"]!]!, loss["value"]!));
        Assert.Equal(
            "mean squared error per pixel on the images of the labels 1, 7 of the test split, after the last step (30), from noisy images "
            + "to clean ones",
            (string?)card["losses"]![2]!["measuredBy"]);
        Assert.Empty(card["evaluations"]!.AsArray());
        Assert.Null(card["verification"]);
        Assert.Equal(2, (int)card["environment"]!["threads"]!);
        string text = await Markdown(path);
        Assert.Contains("Not evaluated.", text, StringComparison.Ordinal);
        Assert.Contains("Not verified.", text, StringComparison.Ordinal);

        using HttpResponseMessage evaluated = await Service.Post("/v1/evaluations", $$"""{"checkpoint":"{{id}}"}""");
        JsonNode evaluation = await Service.Ended(evaluated.Headers.Location!.ToString());
        using HttpResponseMessage verified = await Service.Post($"{path}/verifications", "");
        JsonNode verification = await Service.Ended(verified.Headers.Location!.ToString());
        card = await Service.Json($"{path}/card");
        AssertSame(verification, card["verification"]!);
        JsonNode own = Assert.Single(card["evaluations"]!.AsArray())!;
        Assert.Equal((string)evaluation["id"]!, (string)own["id"]!);
        Assert.Equal(
            [
                "loss.mean", "labelAccuracy.code.knn", "labelAccuracy.code.ridge", "labelAccuracy.pixels.knn", "labelAccuracy.pixels.ridge",
                "labelAccuracy.pca.knn", "labelAccuracy.pca.ridge", "pcaLoss", "codeDimensions", "anomaly.auroc",
            ],
            Names(own["numbers"]!));
        text = await Markdown(path);
        foreach (JsonNode? number in own["numbers"]!.AsArray())
        {
            JsonNode value = ((string)number!["name"]!).Split('.').Aggregate(evaluation["result"]!, (node, name) => node[name]!);
            AssertSame(value, number["value"]!);
            Assert.Contains($"| {number["name"]} | {value.ToJsonString()} | {number["measuredBy"]} |", text, StringComparison.Ordinal);
        }

        Assert.Contains($"**equal** (verification {verification["id"]}", text, StringComparison.Ordinal);
        Assert.Contains((string)verification["result"]!["reason"]!, text, StringComparison.Ordinal);
        foreach (JsonNode? sentence in (JsonNode?[])
            [
                .. card["limits"]!.AsArray(), .. card["intendedUse"]!.AsArray(), .. card["description"]!.AsArray(),
                card["data"]!["statement"],
            ])
        {
            Assert.Contains((string)sentence!, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(card["limits"]!.AsArray(), limit => ((string)limit!).Contains("no bottleneck", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_card_of_an_imported_checkpoint_says_that_its_losses_are_stated_and_its_lineage_unknown()
    {
        byte[] file = await Service.Http.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/weights");
        var body = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using HttpResponseMessage imported = await Service.Http.PostAsync("/v1/checkpoints?name=from-elsewhere", body);
        string path = imported.Headers.Location!.ToString();
        JsonNode card = await Service.Json($"{path}/card");
        AssertSame(await Service.Json(path), card["checkpoint"]!);
        Assert.All(
            card["losses"]!.AsArray(),
            loss => Assert.StartsWith("stated by the imported file: ", (string)loss!["measuredBy"]!, StringComparison.Ordinal));
        Assert.Null(card["data"]!["sha256"]);
        Assert.Null(card["data"]!["splits"]);
        Assert.Contains(card["limits"]!.AsArray(), limit => ((string)limit!).Contains("no bottleneck", StringComparison.Ordinal));
        string text = await Markdown(path);
        Assert.Contains("## Lineage\n\nNot recorded.", text, StringComparison.Ordinal);
        Assert.Contains("from-elsewhere", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example-strided")]
    [InlineData("example-strided-code-32")]
    [InlineData("example-switch-unpool")]
    public async Task The_card_of_an_example_has_its_own_evaluation(string tag)
    {
        JsonNode card = await Service.Json($"/v1/checkpoints/{tag}/card"), checkpoint = await Service.Json($"/v1/checkpoints/{tag}");
        AssertSame(checkpoint, card["checkpoint"]!);
        JsonNode evaluation = await Service.Json($"/v1/evaluations/{checkpoint["provenance"]!["evaluation"]}");
        JsonNode numbers = Assert.Single(card["evaluations"]!.AsArray())!["numbers"]!;
        AssertSame(evaluation["result"]!["loss"]!["mean"]!, numbers[0]!["value"]!);
        AssertSame(evaluation["result"]!["labelAccuracy"]!["code"]!["knn"]!, numbers[1]!["value"]!);
        Assert.StartsWith((string)checkpoint["provenance"]!["trainedOn"]!, (string)card["data"]!["statement"]!, StringComparison.Ordinal);
        Assert.Contains((string)checkpoint["provenance"]!["command"]!, await Markdown($"/v1/checkpoints/{tag}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_has_an_ETag_of_its_content_in_both_forms()
    {
        string path = trained.CheckpointOf("dense");
        foreach (string form in (string[])["card", "card.md"])
        {
            using HttpResponseMessage first = await Service.Http.GetAsync($"{path}/{form}");
            using var again = new HttpRequestMessage(HttpMethod.Get, $"{path}/{form}");
            again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, (await Service.Http.SendAsync(again)).StatusCode);
            using HttpResponseMessage head = await Service.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{path}/{form}"));
            Assert.Equal((HttpStatusCode.OK, first.Headers.ETag), (head.StatusCode, head.Headers.ETag));
            await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync($"/v1/checkpoints/no-such/{form}"));
        }
    }

    private static void AssertSame(JsonNode expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected.ToJsonString()}\n{actual.ToJsonString()}");

    private static string[] Names(JsonNode numbers) => [.. numbers.AsArray().Select(number => (string)number!["name"]!)];

    private async Task<string> Markdown(string path)
    {
        using HttpResponseMessage response = await Service.Http.GetAsync($"{path}/card.md");
        Assert.Equal("text/markdown", response.Content.Headers.ContentType!.MediaType);
        return await response.Content.ReadAsStringAsync();
    }
}
