using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>One loss that is not a finite number makes nothing unreadable: not the job's own calls, nor anybody's list.</summary>
[StartsProcesses]
public sealed class NonFiniteLossTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const string Settings =
        """{"dataset":"synthetic-digits","steps":4,"warmupSteps":0,"evaluateEvery":2,"checkpointEvery":2,"channels":[2,3]}""";

    [Theory]
    [InlineData("sqlite", "9e999")]
    [InlineData("postgres", "'Infinity'")]
    [InlineData("postgres", "'NaN'")]
    public async Task A_store_that_holds_losses_that_are_not_finite_is_read_with_null_in_their_place(string provider, string loss)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        using HttpResponseMessage made = await service.Client.Post(
            "/v1/experiments",
            $$$"""{"name":"one","common":{{{Settings}}},"grid":{"seed":[1,2]}}"""
        );
        JsonNode experiment = await service.Client.Await(made.Headers.Location!.ToString(), state => (string?)state["status"] == "ended");
        (JsonNode broken, JsonNode sound) = (experiment["jobs"]![0]!, experiment["jobs"]![1]!);
        string id = (string)broken["id"]!, job = $"/v1/training-jobs/{id}";
        string of = provider == "sqlite" ? $"upper('{id}')" : $"'{id}'";
        await store.Execute($"""UPDATE metrics SET "TrainLoss" = {loss}, "ValidationLoss" = {loss} WHERE "Step" = 2 AND "JobId" = {of}""");
        await store.Execute(
            $"""UPDATE jobs SET "Losses_Train" = {loss}, "Losses_Validation" = {loss}, "Losses_Test" = {loss} WHERE "Id" = {of}"""
        );
        await store.Execute(
            $"""UPDATE checkpoints SET "Losses_Train" = {loss}, "Losses_Validation" = {loss}, "Losses_Test" = {loss} WHERE "JobId" = {of}"""
        );

        Assert.Null((await service.Client.Json(job))["loss"]!["validation"]);
        Assert.Contains((await service.Client.Json("/v1/training-jobs"))["items"]!.AsArray(), item => item!["loss"]!["test"] is null);
        JsonArray points = (await service.Client.Json($"{job}/metrics")).AsArray();
        Assert.Null(points[1]!["trainLoss"]);
        Assert.Null(points[1]!["validationLoss"]);
        Assert.InRange((double)points[2]!["validationLoss"]!, 0, 1);
        Assert.StartsWith("2,,,", (await Text($"{job}/metrics", "text/csv")).Split("\r\n")[2], StringComparison.Ordinal);
        await Expect.Png(await service.Client.Http.GetAsync($"{job}/loss.png"));
        var reported = new List<SseItem<JsonNode>>();
        await foreach (SseItem<JsonNode> happened in service.Client.Http.Follow($"{job}/events"))
        {
            reported.Add(happened);
        }

        Assert.Equal("ended", reported[^1].EventType);
        Assert.Contains((await service.Client.Json("/v1/checkpoints"))["items"]!.AsArray(), item => item!["losses"]!["test"] is null);
        await service.Client.Json($"/v1/checkpoints/{broken["latestCheckpoint"]}");
        await service.Client.Json("/v1/checkpoints/latest");
        Assert.Equal((string?)sound["latestCheckpoint"], (string?)(await service.Client.Json("/v1/checkpoints/best"))["id"]);
        JsonNode seen = await service.Client.Json($"/v1/experiments/{experiment["id"]}");
        Assert.Equal((string?)sound["id"], (string?)seen["best"]);
        Assert.Null(seen["jobs"]![0]!["loss"]!["test"]);
        string report = await Text($"/v1/experiments/{experiment["id"]}/report", "text/html");
        Assert.DoesNotMatch("Infinity|NaN|∞", Regex.Replace(report, "base64,[^\"]+", ""));

        async Task<string> Text(string path, string type)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", type } } };
            using HttpResponseMessage response = await service.Client.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_job_from_weights_as_large_as_an_import_may_have_ends_as_diverged_and_every_list_goes_on(string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        JsonNode trained = await service.Client.Ended(await service.Client.Submit(Settings));
        byte[] file = await service.Client.Http.GetByteArrayAsync($"/v1/checkpoints/{trained["latestCheckpoint"]}/weights");
        Span<float> values = MemoryMarshal.Cast<byte, float>(file.AsSpan(Safetensors.LengthBytes + (int)BitConverter.ToInt64(file)));
        values[..(values.Length / 3)].Fill(CheckpointUpload.MaxWeight); // the weights; then Adam's moments
        using HttpResponseMessage imported = await service.Client.Http.PostAsync(
            "/v1/checkpoints",
            new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        string start = imported.Headers.Location!.ToString().Split('/')[^1];

        JsonNode job = await service.Client.Ended(
            await service.Client.Submit(Settings.Replace("}", $",\"startFrom\":\"{start}\"}}", StringComparison.Ordinal)));
        Assert.Equal("failed", (string?)job["status"]);
        Assert.EndsWith(":diverged", (string?)job["error"]!["type"]);
        Assert.Null(job["latestCheckpoint"]);
        JsonArray points = (await service.Client.Json((string)job["links"]!["metrics"]!)).AsArray();
        Assert.All(points, point => Assert.True(double.IsFinite((double)point!["validationLoss"]!)));
        Assert.Equal(2, (await service.Client.Json("/v1/training-jobs"))["items"]!.AsArray().Count);
        await Expect.Png(await service.Client.Http.GetAsync((string)job["links"]!["loss"]!));
    }
}
