using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests.Datasets;

[Collection(TrainedCollection.Name)]
public sealed class OwnDatasetTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task A_zip_of_ones_own_images_is_stored_shown_trained_on_and_deleted()
    {
        using HttpResponseMessage made = await Service.PutZip("walk", OwnImages.Zip(OwnImages.Labelled(100)));
        JsonNode set = await Answer(HttpStatusCode.Created, made);
        Assert.Equal("/v1/datasets/walk", made.Headers.Location!.ToString());
        Assert.Equal("""{"train":80,"validation":10,"test":10}""", set["splits"]!.ToJsonString());
        Assert.Equal("[1,28,28]", set["shape"]!.ToJsonString());
        Assert.Equal(Enumerable.Repeat(10, 10), set["labels"]!.AsObject().Select(label => (int)label.Value!));
        Assert.Equal((100 * 785, false, "available"), ((int)set["bytes"]!, (bool)set["builtIn"]!, (string?)set["status"]));
        Assert.Equal(set.ToJsonString(), (await Service.Json("/v1/datasets/walk")).ToJsonString());
        Assert.Contains((await Service.Json("/v1/datasets")).AsArray(), one => one!.ToJsonString() == set.ToJsonString());
        Assert.Equal((28, 28), await Expect.Png(await Service.Http.GetAsync("/v1/datasets/walk/validation/9.png")));

        JsonNode job = await Service.Ended(
            await Service.Submit("""{"dataset":"walk","steps":10,"batchSize":16,"warmupSteps":5,"evaluateEvery":5}""")
        );
        Assert.Equal("succeeded", (string?)job["status"]);
        string pairs = $"/v1/checkpoints/{job["latestCheckpoint"]}/reconstructions?dataset=walk&count=5";
        await Expect.Png(await Service.Http.GetAsync(pairs));

        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/walk")).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.DeleteAsync("/v1/datasets/walk"));
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync("/v1/datasets/walk"));
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(pairs));
        using HttpResponseMessage late = await Service.Post("/v1/training-jobs", """{"dataset":"walk","steps":1}""");
        Assert.NotNull((await Expect.Problem(HttpStatusCode.BadRequest, late))["errors"]!["dataset"]);
    }

    [Fact]
    public async Task The_same_images_make_the_same_data_set_however_they_are_packed_and_another_one_is_refused()
    {
        (string, byte[])[] files = OwnImages.Labelled(30);
        JsonNode first = await Answer(HttpStatusCode.Created, await Service.PutZip("same", OwnImages.Zip(files)));
        JsonNode again = await Answer(
            HttpStatusCode.OK,
            await Service.PutZip("same", OwnImages.Zip(files.Reverse(), CompressionLevel.SmallestSize)));
        Assert.Equal(first.ToJsonString(), again.ToJsonString());

        // Sorted by name, as the zip's entries are.
        int[] order = [.. Enumerable.Range(0, 30).OrderBy(i => i % 10).ThenBy(i => i)];
        byte[] images = OwnImages.Idx([.. order.SelectMany(i => OwnImages.Noise(i))], 30, 28, 28),
            labels = OwnImages.Idx([.. order.Select(i => (byte)(i % 10))], 30);
        await Answer(HttpStatusCode.OK, await Service.PutForm("same", ("images", images), ("labels", labels)));
        await Answer(
            HttpStatusCode.OK,
            await Service.PutForm("same", ("labels", OwnImages.Gzip(labels)), ("images", OwnImages.Gzip(images))));

        await Expect.Problem(HttpStatusCode.Conflict, await Service.PutForm("same", ("images", images)));
        await Expect.Problem(HttpStatusCode.Conflict, await Service.PutZip("same", OwnImages.Zip(files), "?seed=2"));
        Assert.Equal(first.ToJsonString(), (await Service.Json("/v1/datasets/same")).ToJsonString());
        await Gone("same");
    }

    [Fact]
    public async Task Splits_are_a_function_of_the_seed_and_the_shares_and_no_image_is_in_two()
    {
        byte[] zip = OwnImages.Zip(Enumerable.Range(0, 40).Select(i => ($"{i:d2}.png", OwnImages.Png(i))));
        async Task<Dataset> Put(string name, string query)
        {
            await Answer(HttpStatusCode.Created, await Service.PutZip(name, zip, query));
            Dataset data = await Load(name);
            await Gone(name);
            return data;
        }

        Dataset first = await Put("drawn", "?seed=3&validation=0.25&test=0.05"),
            second = await Put("drawn", "?seed=3&validation=0.25&test=0.05"),
            other = await Put("drawn", "?seed=4&validation=0.25&test=0.05");
        Assert.Equal((28, 10, 2), (first.Train.Count, first.Validation.Count, first.Test.Count));
        Assert.Equal(Images(first), Images(second));
        Assert.NotEqual(Images(first), Images(other));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => Convert.ToHexString(OwnImages.Noise(i))).Order(), Images(first).Order());
        Assert.Equal(Images(first).Order(), Images(other).Order());
    }

    [Fact]
    public async Task Splits_that_the_folders_name_are_kept_in_the_order_of_the_names()
    {
        (string, byte[])[] entries =
        [
            ("digits/test/b.png", OwnImages.Png(5)),
            ("digits/train/a.png", OwnImages.Png(1)),
            ("digits/validation/a.png", OwnImages.Png(3)),
            ("digits/test/a.png", OwnImages.Png(4)),
            ("digits/train/b.png", OwnImages.Png(2)),
            ("__MACOSX/digits/._a.png", [1]),
            ("digits/.DS_Store", [1]),
            ("digits/train/", []),
        ];
        JsonNode set = await Answer(HttpStatusCode.Created, await Service.PutZip("kept", OwnImages.Zip(entries)));
        Assert.Equal("""{"train":2,"validation":1,"test":2}""", set["splits"]!.ToJsonString());
        Assert.Empty(set["labels"]!.AsObject());
        Assert.Equal(Enumerable.Range(1, 5).Select(i => Convert.ToHexString(OwnImages.Noise(i))), Images(await Load("kept")));
        await Gone("kept");
    }

    [Fact]
    public async Task One_coloured_image_gives_all_of_them_three_channels()
    {
        byte[] rgb = OwnImages.Noise(9, 3 * 12 * 16);
        (string, byte[])[] entries =
        [
            ("train/a.png", OwnImages.Png(1, 16, 12)),
            ("train/b.png", PngFile.Write(16, 12, 8, PngFile.Color, rgb)),
            ("validation/c.png", OwnImages.Png(2, 16, 12)),
            ("test/d.png", OwnImages.Png(3, 16, 12)),
        ];
        JsonNode set = await Answer(HttpStatusCode.Created, await Service.PutZip("coloured", OwnImages.Zip(entries)));
        Assert.Equal("[3,12,16]", set["shape"]!.ToJsonString());
        Dataset data = await Load("coloured");
        byte[] grey = OwnImages.Noise(1, 12 * 16);
        Assert.Equal([.. grey, .. grey, .. grey], data.Train.Image(0).ToArray());
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(channel => rgb.Where((_, i) => i % 3 == channel)), data.Train.Image(1).ToArray());

        byte[] images = [.. data.Train.Image(0), .. data.Train.Image(1)];
        await Answer(
            HttpStatusCode.Created,
            await Service.PutForm(
                "coloured-idx",
                ("images", OwnImages.Idx([.. images, .. images], 4, 3, 12, 16)),
                ("testImages", OwnImages.Idx(images, 2, 3, 12, 16))));
        Dataset fromIdx = await Load("coloured-idx");
        Assert.Equal(
            ((3, 12, 16), 3, 1, 2),
            (
                (fromIdx.Train.Shape.Channels, fromIdx.Train.Height, fromIdx.Train.Width),
                fromIdx.Train.Count,
                fromIdx.Validation.Count,
                fromIdx.Test.Count));
        Assert.Equal(data.Train.Image(1).ToArray(), fromIdx.Test.Image(1).ToArray());
        await Gone("coloured");
        await Gone("coloured-idx");
    }

    [Fact]
    public async Task A_data_set_that_a_job_trains_on_cannot_be_deleted_until_the_job_has_ended()
    {
        await Answer(HttpStatusCode.Created, await Service.PutZip("used", OwnImages.Zip(OwnImages.Labelled(30))));
        string running = await Service.Submit("""{"dataset":"used","steps":100000}"""),
            queued = await Service.Submit("""{"dataset":"used","steps":100000}""");
        await Service.Await(running, job => (string?)job["status"] == "running");
        foreach (string job in (string[])[running, queued])
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync("/v1/datasets/used"));
            Assert.Contains(job.Split('/')[^1], (string?)problem["detail"], StringComparison.Ordinal);
            await Service.Post($"{job}/cancel", "");
            await Service.Ended(job);
        }

        await Gone("used");
    }

    [Theory]
    [InlineData("mnist")]
    [InlineData("fashion-mnist")]
    [InlineData("synthetic-digits")]
    public async Task A_built_in_data_set_is_neither_replaced_nor_deleted(string name)
    {
        Assert.Equal(name, (string?)(await Service.Json($"/v1/datasets/{name}"))["name"]);
        JsonNode problem = await Expect.Problem(HttpStatusCode.Conflict, await Service.PutZip(name, OwnImages.Zip(OwnImages.Labelled(10))));
        Assert.Contains("built in", (string?)problem["detail"], StringComparison.Ordinal);
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync($"/v1/datasets/{name}"));
    }

    [Fact]
    public async Task A_stored_byte_that_has_changed_is_found_before_anything_is_trained_on_it()
    {
        await Answer(HttpStatusCode.Created, await Service.PutZip("damaged", OwnImages.Zip(OwnImages.Labelled(30))));
        await using (AppDbContext store = await Stores.CreateDbContextAsync())
        {
            DatasetRow row = await store.Datasets.SingleAsync(row => row.Name == "damaged");
            byte[] content = await store
                .DatasetChunks.Where(chunk => chunk.DatasetId == row.Id && chunk.Number == 0)
                .Select(chunk => chunk.Content)
                .SingleAsync();
            content[7] ^= 1;
            await store
                .DatasetChunks.Where(chunk => chunk.DatasetId == row.Id && chunk.Number == 0)
                .ExecuteUpdateAsync(set => set.SetProperty(chunk => chunk.Content, content));
        }

        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Service.Http.GetAsync("/v1/datasets/damaged/test/0.png"));
        Assert.EndsWith(":dataset-unavailable", (string?)problem["type"], StringComparison.Ordinal);
        JsonNode job = await Service.Ended(await Service.Submit("""{"dataset":"damaged","steps":1}"""));
        Assert.EndsWith(":dataset-unavailable", (string?)job["error"]!["type"], StringComparison.Ordinal);
        await Gone("damaged");
    }

    private IDbContextFactory<AppDbContext> Stores => trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>();

    private async Task<Dataset> Load(string name) =>
        (await trained.Inside.GetRequiredService<DatasetCatalog>().LoadAsync(name, TestContext.Current.CancellationToken)).Value();

    private async Task Gone(string name) =>
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/datasets/{name}")).StatusCode);

    private static string[] Images(Dataset data) =>
        [
            .. Dataset.Splits.SelectMany(split =>
                Enumerable.Range(0, data.Split(split)!.Count).Select(i => Convert.ToHexString(data.Split(split)!.Image(i)))),
        ];

    private static async Task<JsonNode> Answer(HttpStatusCode status, HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, body);
        return JsonNode.Parse(body)!;
    }
}
