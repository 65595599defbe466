using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Api.Tests.OpenApi;

namespace AutoencoderApi.Api.Tests.Http;

[Collection(TrainedCollection.Name)]
public sealed class EntityTagTests(TrainedService trained)
{
    private HttpClient Client => trained.Service.Http;

    private string Checkpoint => trained.CheckpointOf("strided");

    [Fact]
    public async Task Every_GET_but_a_stream_the_report_and_the_caller_has_an_entity_tag_and_answers_304_to_it()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        await trained.Service.Await($"/v1/experiments/{paths.Experiment}", experiment => (string?)experiment["status"] == "ended");
        foreach (Operation operation in (await Operation.All(trained.Service)).Where(operation => operation.Method == HttpMethod.Get))
        {
            bool isTagged = operation.Answers.Contains((304, null));
            bool isNot = operation.AnswerTypes.Any(type => type is "text/event-stream" or "text/html") || operation.Id == "getCaller";
            Assert.True(isTagged != isNot, $"{operation}: {isTagged}");
            foreach (string type in isTagged ? operation.AnswerTypes : [])
            {
                using HttpResponseMessage first = await Get(paths.Of(operation), null, type), again = await Get(
                    paths.Of(operation), first.Headers.ETag, type);
                Assert.True(first.Headers.ETag is { IsWeak: false }, $"{operation} as {type}: {first.StatusCode}, no ETag");
                Assert.True(again.StatusCode == HttpStatusCode.NotModified, $"{operation} as {type}: {again.StatusCode}");
                Assert.Empty(await again.Content.ReadAsByteArrayAsync());
                Assert.Equal(first.Headers.ETag, again.Headers.ETag);
                Assert.Equal(first.Headers.CacheControl, again.Headers.CacheControl);
                Assert.Equal(first.Headers.Vary, again.Headers.Vary);
            }
        }
    }

    [Fact]
    public async Task A_known_picture_is_answered_before_the_network_runs()
    {
        string path = $"{Checkpoint}/layers/code/tiles?dataset=synthetic-digits&index=3";
        using HttpResponseMessage first = await Get(path);
        (int lookups, HttpStatusCode status) = await Counted(first.Headers.ETag!);
        Assert.Equal((0, HttpStatusCode.NotModified), (lookups, status));
        (lookups, status) = await Counted(new EntityTagHeaderValue("\"other\""));
        Assert.Equal((1, HttpStatusCode.OK), (lookups, status));

        async Task<(int Lookups, HttpStatusCode Status)> Counted(EntityTagHeaderValue tag)
        {
            int count = 0;
            using var listener = new MeterListener
            {
                InstrumentPublished = (instrument, self) =>
                {
                    if (instrument.Meter.Name == ModelCache.MeterName)
                    {
                        self.EnableMeasurementEvents(instrument);
                    }
                },
            };
            listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref count, (int)measured));
            listener.Start();
            using HttpResponseMessage response = await Get(path, tag);
            return (count, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("/layers/code/tiles?dataset=synthetic-digits&index=1")]
    [InlineData("/layers/code/tiles?dataset=synthetic-digits&split=train")]
    [InlineData("/layers/code/tiles?dataset=synthetic-digits&scale=2")]
    [InlineData("/layers/conv1/tiles?dataset=synthetic-digits")]
    [InlineData("/kernels/conv1/tiles")]
    [InlineData("/reconstruction?dataset=synthetic-digits")]
    public async Task An_entity_tag_of_another_query_is_not_known(string other)
    {
        using HttpResponseMessage first = await Get($"{Checkpoint}/layers/code/tiles?dataset=synthetic-digits");
        using HttpResponseMessage second = await Get($"{Checkpoint}{other}", first.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task An_entity_tag_is_of_one_representation_and_one_checkpoint()
    {
        const string Tiles = "/layers/code/tiles?dataset=synthetic-digits";
        using HttpResponseMessage png = await Get($"{Checkpoint}{Tiles}");
        using HttpResponseMessage json = await Get($"{Checkpoint}{Tiles}", png.Headers.ETag, "application/json");
        using HttpResponseMessage other = await Get($"{trained.CheckpointOf("zero-unpool")}{Tiles}", png.Headers.ETag);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (json.StatusCode, other.StatusCode));
        Assert.Equal(3, new[] { png.Headers.ETag, json.Headers.ETag, other.Headers.ETag }.Distinct().Count());
    }

    [Fact]
    public async Task A_tag_that_has_moved_shows_the_pictures_of_its_new_checkpoint()
    {
        const string Path = "/v1/checkpoints/moving/reconstruction?dataset=synthetic-digits";
        await Put("strided");
        using HttpResponseMessage before = await Get(Path), byId = await Get($"{Checkpoint}/reconstruction?dataset=synthetic-digits");
        Assert.Equal(byId.Headers.ETag, before.Headers.ETag);
        await Put("dense");
        using HttpResponseMessage after = await Get(Path, before.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        await Client.DeleteAsync("/v1/tags/moving");

        async Task Put(string architecture) => (await Client.PutAsJsonAsync(
            "/v1/tags/moving", new { checkpoint = (string?)trained.Jobs[architecture]["latestCheckpoint"] })).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_data_set_that_was_replaced_by_other_images_or_other_splits_of_them_has_other_pictures()
    {
        string[] paths = ["/v1/datasets/replaced/test/0.png", $"{Checkpoint}/reconstruction?dataset=replaced"];
        List<EntityTagHeaderValue?>[] seen = [[], []];
        foreach ((int skipped, string query) in ((int, string)[])[(0, ""), (1, ""), (1, "?test=0.4"), (0, "")])
        {
            using var zip = new ByteArrayContent(OwnImages.Zip(OwnImages.Labelled(21).Skip(skipped)));
            zip.Headers.ContentType = new("application/zip");
            (await Client.PutAsync($"/v1/datasets/replaced{query}", zip)).EnsureSuccessStatusCode();
            for (int i = 0; i < paths.Length; i++)
            {
                using HttpResponseMessage response = await Get(paths[i], seen[i].LastOrDefault());
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                seen[i].Add(response.Headers.ETag);
            }

            (await Client.DeleteAsync("/v1/datasets/replaced")).EnsureSuccessStatusCode();
            await Expect.Problem(HttpStatusCode.NotFound, await Get(paths[0], seen[0][^1]));
        }

        Assert.All(seen, tags => Assert.Equal((3, tags[0]), (tags.Distinct().Count(), tags[^1]))); // the same again is known again
    }

    [Fact]
    public async Task Any_entity_tag_is_known_where_there_is_an_answer_and_hides_no_problem()
    {
        foreach (string path in (string[])[$"{Checkpoint}/reconstruction?dataset=synthetic-digits", "/v1/tags", $"{Checkpoint}/weights"])
        {
            using HttpResponseMessage known = await Get(path, EntityTagHeaderValue.Any);
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
            Assert.NotNull(known.Headers.ETag);
        }

        foreach ((string path, HttpStatusCode status) in ((string, HttpStatusCode)[])
        [
            ($"{Checkpoint}/reconstruction?dataset=synthetic-digits&index=999999", HttpStatusCode.NotFound),
            ($"{Checkpoint}/reconstruction?dataset=none", HttpStatusCode.NotFound),
            ($"{Checkpoint}/reconstruction?scale=0", HttpStatusCode.BadRequest),
            ("/v1/checkpoints/none/kernels/code/tiles", HttpStatusCode.NotFound),
        ])
        {
            using HttpResponseMessage refused = await Get(path, EntityTagHeaderValue.Any);
            await Expect.Problem(status, refused);
            Assert.Null(refused.Headers.ETag);
        }
    }

    [Fact]
    public async Task A_page_of_a_list_is_known_until_the_list_changes()
    {
        using HttpResponseMessage before = await Get("/v1/tags");
        (await Client.PutAsJsonAsync("/v1/tags/listed", new { checkpoint = "latest" })).EnsureSuccessStatusCode();
        using HttpResponseMessage after = await Get("/v1/tags", before.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        await Client.DeleteAsync("/v1/tags/listed");
        using HttpResponseMessage again = await Get("/v1/tags", before.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    private async Task<HttpResponseMessage> Get(string path, EntityTagHeaderValue? known = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", known?.ToString());
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Client.SendAsync(request);
    }
}
