using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class FilmTests(TrainedService trained)
{
    private static readonly int[] s_steps = [0, 1, 2, 4, 8, 16, 20, 32, 40]; // of the trained jobs, with a checkpoint every 20 steps

    private string Film => $"/v1/training-jobs/{trained.Jobs["strided"]["id"]}/film";

    [Fact]
    public async Task The_frames_are_listed_by_step_and_each_is_a_file_that_can_be_imported()
    {
        JsonNode job = trained.Jobs["strided"];
        Assert.Equal((true, Film), ((bool)job["film"]!, (string?)job["links"]!["film"]));
        JsonNode film = await trained.Service.Json(Film);
        Assert.Equal((string?)job["id"], (string?)film["jobId"]);
        JsonArray frames = film["frames"]!.AsArray();
        Assert.Equal(s_steps, frames.Select(frame => (int)frame!["step"]!));
        foreach (JsonNode? frame in frames)
        {
            byte[] file = await trained.Service.Http.GetByteArrayAsync((string)frame!["links"]!["self"]!);
            Assert.Equal((int)frame["bytes"]!, file.Length);
            Assert.Equal((string?)frame["sha256"], Convert.ToHexStringLower(SHA256.HashData(file)));
            Assert.Equal((int)frame["step"]!, CheckpointFile.Read(file).Value().Step);
        }

        byte[] last = await trained.Service.Http.GetByteArrayAsync($"{Film}/40");
        Checkpoint checkpoint = CheckpointFile.Read(
            await trained.Service.Http.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/weights")).Value();
        Assert.Equal(checkpoint.Weights, CheckpointFile.Read(last).Value().Weights);
        using HttpResponseMessage imported = await trained.Service.Http.PostAsync(
            "/v1/checkpoints",
            new ByteArrayContent(last) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await trained.Service.Http.DeleteAsync(imported.Headers.Location)).StatusCode);
    }

    [Fact]
    public async Task Every_frame_of_the_strip_is_the_reconstruction_of_its_step_once_that_is_imported()
    {
        const int Padding = 3, Gap = 4, Side = 28 * 4;
        const string Image = "dataset=synthetic-digits&index=7&scale=4";
        using SKBitmap strip = SKBitmap.Decode(await trained.Service.Http.GetByteArrayAsync($"{Film}.png?{Image}&frames=64"));
        for (int frame = 0; frame < s_steps.Length; frame++)
        {
            byte[] file = await trained.Service.Http.GetByteArrayAsync($"{Film}/{s_steps[frame]}");
            using HttpResponseMessage imported = await trained.Service.Http.PostAsync(
                "/v1/checkpoints",
                new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
            byte[] picture = await trained.Service.Http.GetByteArrayAsync($"{imported.Headers.Location}/reconstruction.png?{Image}");
            string named = $"/v1/checkpoints/{trained.Jobs["strided"]["id"]}@{s_steps[frame]}";
            Assert.Equal(picture, await trained.Service.Http.GetByteArrayAsync($"{named}/reconstruction.png?{Image}"));
            using SKBitmap expected = SKBitmap.Decode(picture);
            int left = Padding + ((frame + 1) * (Side + Gap)); // the first image is the input
            Assert.Equal(Levels(expected, 0, 0), Levels(strip, left, Padding));
            await trained.Service.Http.DeleteAsync(imported.Headers.Location);
        }

        static byte[] Levels(SKBitmap bitmap, int left, int top) =>
        [
            .. from y in Enumerable.Range(top, Side)
               from x in Enumerable.Range(left, Side)
               select bitmap.GetPixel(x, y).Red,
        ];
    }

    [Theory]
    [InlineData("@3/activations", "checkpoint-not-found")] // no frame of that step
    [InlineData("@x/activations", "checkpoint-not-found")]
    [InlineData("@16/layers/none/tiles", "layer-not-found")]
    public async Task A_network_of_the_film_that_is_not_there_is_answered_with_a_problem(string path, string type)
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.NotFound,
            await trained.Service.Http.GetAsync($"/v1/checkpoints/{trained.Jobs["strided"]["id"]}{path}?dataset=synthetic-digits"));
        Assert.Equal($"urn:autoencoder-api:problem:{type}", (string?)problem["type"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/16")]
    [InlineData(".png")]
    [InlineData(".apng?frames=2")]
    public async Task A_copy_that_is_current_is_answered_with_304(string path)
    {
        using HttpResponseMessage first = await trained.Service.Http.GetAsync(Film + path);
        Assert.True(first.IsSuccessStatusCode, await first.Content.ReadAsStringAsync());
        using var again = new HttpRequestMessage(HttpMethod.Get, Film + path);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await trained.Service.Http.SendAsync(again)).StatusCode);
        using HttpResponseMessage head = await trained.Service.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Film + path));
        Assert.Equal((HttpStatusCode.OK, first.Headers.ETag), (head.StatusCode, head.Headers.ETag));
    }

    [Fact]
    public async Task A_film_grows_while_its_job_runs_and_so_does_its_entity_tag()
    {
        string job = await trained.Service.Submit(
            """{"dataset":"synthetic-digits","steps":20000,"channels":[4,8],"checkpointEvery":5000}""");
        await trained.Service.Await($"{job}/film", film => film["frames"]!.AsArray().Count > 3);
        EntityTagHeaderValue? early = (await trained.Service.Http.GetAsync($"{job}/film")).Headers.ETag;
        await Expect.Png(await trained.Service.Http.GetAsync($"{job}/film.png"));
        await trained.Service.Await($"{job}/film", film => film["frames"]!.AsArray().Count == 11);
        Assert.NotEqual(early, (await trained.Service.Http.GetAsync($"{job}/film")).Headers.ETag);
        await trained.Service.Post($"{job}/cancel", "");
        JsonNode ended = await trained.Service.Ended(job);
        int[] steps = [.. (await trained.Service.Json($"{job}/film"))["frames"]!.AsArray().Select(frame => (int)frame!["step"]!)];
        int last = (int)(await trained.Service.Json($"/v1/checkpoints/{ended["latestCheckpoint"]}"))["step"]!;
        Assert.Equal(last, steps[^1]); // each checkpoint is a frame, that of a job which was cancelled too
        Assert.Equal(HttpStatusCode.NoContent, (await trained.Service.Http.DeleteAsync(job)).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await trained.Service.Http.GetAsync($"{job}/film"));
        Guid id = Guid.Parse((string)ended["id"]!);
        await using AppDbContext store =
            await trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.False(await store.FilmFrames.AnyAsync(frame => frame.JobId == id));
    }

    [Fact]
    public async Task Checkpoints_of_jobs_that_differ_in_name_and_film_alone_are_the_same_bytes()
    {
        const string Common = "\"dataset\":\"synthetic-digits\",\"steps\":24,\"channels\":[4,8],\"checkpointEvery\":8";
        string[] jobs =
        [
            await trained.Service.Submit($$"""{{{Common}},"name":"filmed"}"""),
            await trained.Service.Submit($$"""{{{Common}},"film":false}"""),
        ];
        string[][] files = await Task.WhenAll(jobs.Select(async job =>
        {
            JsonNode ended = await trained.Service.Ended(job);
            JsonNode list = await trained.Service.Json((string)ended["links"]!["checkpoints"]!);
            return list["items"]!.AsArray().Select(checkpoint => (string)checkpoint!["sha256"]!).ToArray();
        }));
        Assert.Equal(3, files[0].Length);
        Assert.Equal(files[0], files[1]);
        Assert.False((bool)(await trained.Service.Json(jobs[1]))["film"]!);
        Assert.Empty((await trained.Service.Json($"{jobs[1]}/film"))["frames"]!.AsArray());
        JsonNode problem = await Expect.Problem(HttpStatusCode.NotFound, await trained.Service.Http.GetAsync($"{jobs[1]}/film.png"));
        Assert.Equal("urn:autoencoder-api:problem:frame-not-found", (string?)problem["type"]);
        Assert.Contains("keeps no film", (string?)problem["detail"]);
    }

    [Theory]
    [InlineData("view=reconstruction&scale=2", 10, 56, 56)] // the input, then the frames
    [InlineData("view=layer&layer=code&count=4&scale=3&palette=viridis", 9, (2 * 21) + 1, (2 * 21) + 1)]
    [InlineData("view=kernels&layer=conv1&count=all&scale=4", 9, (4 * 20) + 3, (4 * 20) + 3)]
    public async Task The_strip_has_one_picture_a_frame_with_its_step_under_it(string query, int pictures, int width, int height)
    {
        const int Padding = 3, Gap = 4, LabelHeight = 14;
        using HttpResponseMessage response = await trained.Service.Http.GetAsync($"{Film}.png?{query}&frames=64");
        (int wide, int high) = await Expect.Png(response);
        int cell = (wide - (2 * Padding) + Gap) / pictures - Gap;
        Assert.InRange(cell, width, width + 60);
        Assert.Equal((2 * Padding) + (pictures * cell) + ((pictures - 1) * Gap), wide);
        Assert.Equal((3 * Padding) + height + LabelHeight, high);
        using SKBitmap strip = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        string[] labels = [.. Enumerable.Range(0, pictures).Select(i => Pixels(strip, Padding + (i * (cell + Gap)), height + 6, cell))];
        Assert.Equal(pictures, labels.Distinct().Count()); // no two steps read the same
        (int folded, int rows) = await Expect.Png(await trained.Service.Http.GetAsync($"{Film}.png?{query}&frames=64&columns=4"));
        Assert.Equal((2 * Padding) + (4 * cell) + (3 * Gap), folded);
        Assert.Equal((2 * Padding) + (3 * (height + Padding + LabelHeight)) + (2 * Gap), rows);

        static string Pixels(SKBitmap bitmap, int left, int top, int width) => string.Concat(
            from y in Enumerable.Range(top, LabelHeight)
            from x in Enumerable.Range(left, width)
            select bitmap.GetPixel(x, y).Red > 160 ? '#' : '.');
    }

    [Fact]
    public async Task All_frames_of_a_layer_share_one_scale_from_black_to_white()
    {
        using HttpResponseMessage response = await trained.Service.Http.GetAsync($"{Film}.png?view=kernels&layer=conv1&count=1&scale=20");
        using SKBitmap strip = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        float[][] kernels = [.. await Task.WhenAll(s_steps.Select(KernelAsync))];
        float farthest = kernels.Max(kernel => kernel.Max(Math.Abs));
        for (int frame = 0; frame < s_steps.Length; frame++)
        {
            for (int i = 0; i < 25; i++)
            {
                int level = strip.GetPixel(3 + (frame * 104) + (20 * (i % 5)) + 10, 3 + (20 * (i / 5)) + 10).Red;
                Assert.InRange(level - (255 * ((kernels[frame][i] / farthest) + 1) / 2), -1, 1);
            }
        }

        async Task<float[]> KernelAsync(int step) =>
            CheckpointFile.Read(await trained.Service.Http.GetByteArrayAsync($"{Film}/{step}")).Value().Weights[..25];
    }

    [Theory]
    [InlineData("", 2 * 112 + 2)]
    [InlineData("&view=layer&layer=code", 4 * 28 + 3)]
    public async Task The_animation_has_one_picture_a_frame_and_holds_the_last(string query, int width)
    {
        using HttpResponseMessage response = await trained.Service.Http.GetAsync($"{Film}.apng?frames=5&milliseconds=300{query}");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal("image/apng", response.Content.Headers.ContentType?.MediaType);
        AnimatedPng animation = AnimatedPng.Read(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal([300, 300, 300, 300, 1_200], animation.Frames.Select(frame => frame.Milliseconds));
        Assert.All(animation.Frames, frame =>
        {
            using SKBitmap picture = SKBitmap.Decode(frame.Png);
            Assert.Equal(width + 6, picture.Width);
        });
        Assert.Equal(5, animation.Frames.Select(frame => Convert.ToHexString(frame.Png)).Distinct().Count());
    }

    [Theory]
    [InlineData("/3", HttpStatusCode.NotFound, "frame-not-found")]
    [InlineData("/-1", HttpStatusCode.NotFound, "frame-not-found")]
    [InlineData("/first", HttpStatusCode.BadRequest, "malformed-request")]
    [InlineData(".png?view=layer", HttpStatusCode.BadRequest, "invalid-fields")]
    [InlineData(".png?layer=code", HttpStatusCode.BadRequest, "invalid-fields")]
    [InlineData(".png?view=layer&layer=none", HttpStatusCode.NotFound, "layer-not-found")]
    [InlineData(".png?view=kernels&layer=none", HttpStatusCode.NotFound, "layer-not-found")]
    [InlineData(".png?view=layer&layer=code&first=32", HttpStatusCode.BadRequest, "invalid-fields")]
    [InlineData(".png?view=all", HttpStatusCode.BadRequest, "invalid-fields")]
    [InlineData(".png?index=100000", HttpStatusCode.NotFound, "image-not-found")]
    [InlineData(".png?dataset=none", HttpStatusCode.NotFound, "dataset-not-found")]
    [InlineData(".png?scale=32", HttpStatusCode.UnprocessableEntity, "figure-too-large")]
    [InlineData(".apng?scale=32", HttpStatusCode.UnprocessableEntity, "figure-too-large")]
    [InlineData(".apng?milliseconds=1", HttpStatusCode.BadRequest, "invalid-fields")]
    [InlineData(".png?frames=65", HttpStatusCode.BadRequest, "invalid-fields")]
    public async Task What_cannot_be_shown_is_answered_with_a_problem(string path, HttpStatusCode status, string type)
    {
        JsonNode problem = await Expect.Problem(status, await trained.Service.Http.GetAsync(Film + path));
        Assert.Equal($"urn:autoencoder-api:problem:{type}", (string?)problem["type"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/0")]
    [InlineData(".png")]
    [InlineData(".apng")]
    public async Task A_job_that_is_not_there_has_no_film(string path)
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.NotFound, await trained.Service.Http.GetAsync($"/v1/training-jobs/{Guid.NewGuid()}/film{path}"));
        Assert.Equal("urn:autoencoder-api:problem:job-not-found", (string?)problem["type"]);
    }

    [Fact]
    public async Task A_frame_whose_bytes_have_changed_is_not_sent()
    {
        string job = await trained.Service.Submit("""{"dataset":"synthetic-digits","steps":2,"channels":[2,2]}""");
        Guid id = Guid.Parse((string)(await trained.Service.Ended(job))["id"]!);
        await using AppDbContext store =
            await trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        byte[] content = (await store.FilmFrames.SingleAsync(frame => frame.JobId == id && frame.Step == 1)).Content;
        content[^1] ^= 0xff;
        await store.FilmFrames
            .Where(frame => frame.JobId == id && frame.Step == 1)
            .ExecuteUpdateAsync(set => set.SetProperty(frame => frame.Content, content));
        foreach (string path in (string[])["/film/1", "/film.png", "/film.apng"])
        {
            JsonNode problem = await Expect.Problem(
                HttpStatusCode.UnprocessableEntity, await trained.Service.Http.GetAsync(job + path));
            Assert.Equal("urn:autoencoder-api:problem:frame-damaged", (string?)problem["type"]);
        }

        Assert.True((await trained.Service.Http.GetAsync($"{job}/film/2")).IsSuccessStatusCode);
    }
}
