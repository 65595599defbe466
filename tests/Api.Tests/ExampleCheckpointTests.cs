using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Engines;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests;

/// <summary>The trained networks that come with the service.</summary>
public sealed class ExampleCheckpointTests(Service host) : IClassFixture<Service>
{
    private const string Narrow = "example-strided-code-32";

    private ServiceClient Service => host.Client;

    public static TheoryData<string> Tags =>
    [
        "example-strided", "example-zero-unpool", "example-nearest-unpool", "example-switch-unpool", Narrow,
    ];

    [Theory]
    [MemberData(nameof(Tags))]
    public async Task An_example_answers_all_that_can_be_asked_of_a_checkpoint_by_its_tag_and_by_its_id(string tag)
    {
        JsonNode example = await Service.Json($"/v1/checkpoints/{tag}");
        Assert.Equal(tag, (string?)example["provenance"]!["tag"]);
        Assert.Equal("mnist", (string?)example["settings"]!["dataset"]);
        Assert.Equal((false, 5000), ((bool)example["imported"]!, (int)example["step"]!));
        const string Digit = "dataset=synthetic-digits&index=2";
        foreach (string path in (string[])[$"/v1/checkpoints/{tag}", $"/v1/checkpoints/{example["id"]}"])
        {
            JsonNode reconstruction = await Service.Json($"{path}/reconstruction?{Digit}");
            Assert.InRange((double)reconstruction["mse"]!, 0, 0.2);
            await Expect.Png(await Service.Http.GetAsync($"{path}/layers/code/tiles?{Digit}"));
            await Expect.Png(await Service.Http.GetAsync($"{path}/score.png?{Digit}"));
            Assert.InRange((double)(await Service.Json($"{path}/score?{Digit}"))["percentile"]!, 0, 100);
            Assert.NotNull((await Service.Json($"{path}/layers/code/units/0/0/0?{Digit}"))["terms"]);
            foreach (string file in (string[])[$"activations?{Digit}", "codes?dataset=synthetic-digits&split=test&count=2", "onnx"])
            {
                Assert.NotEmpty(await Service.Http.GetByteArrayAsync($"{path}/{file}"));
            }

            byte[] weights = await Service.Http.GetByteArrayAsync($"{path}/weights");
            Assert.Equal((string)example["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(weights)));
        }
    }

    [Fact]
    public async Task The_examples_are_listed_where_they_are_asked_for()
    {
        JsonArray listed = (await Service.Json("/v1/checkpoints?examples=true"))["items"]!.AsArray();
        Assert.Equal(Tags.Select(row => row.Data).Order(), listed.Select(each => (string)each!["provenance"]!["tag"]!).Order());
        Assert.Equal(listed.Select(Id).OrderDescending(), listed.Select(Id));
        Assert.Equal(
            ["example-switch-unpool"],
            (await Service.Json("/v1/checkpoints?examples=true&architecture=switch-unpool"))["items"]!.AsArray()
                .Select(each => (string)each!["provenance"]!["tag"]!));
        JsonNode first = await Service.Json("/v1/checkpoints?examples=true&limit=2"),
            rest = await Service.Json($"/v1/checkpoints?examples=true&cursor={first["nextCursor"]}");
        Assert.Equal(listed.Select(Id), first["items"]!.AsArray().Concat(rest["items"]!.AsArray()).Select(Id));

        JsonNode tags = await Service.Json("/v1/tags?examples=true&limit=4");
        Assert.Equal(
            Tags.Select(row => row.Data).Order(StringComparer.Ordinal).Take(4),
            tags["items"]!.AsArray().Select(tag => (string)tag!["name"]!));
        JsonNode last = Assert.Single((await Service.Json($"/v1/tags?examples=true&cursor={tags["nextCursor"]}"))["items"]!.AsArray())!;
        Assert.True(JsonNode.DeepEquals(last, await Service.Json($"/v1/tags/{last["name"]}")));

        static string Id(JsonNode? checkpoint) => (string)checkpoint!["id"]!;
    }

    [Fact]
    public async Task An_example_can_be_neither_deleted_nor_tagged_and_its_tags_are_nobodys()
    {
        JsonNode example = await Service.Json($"/v1/checkpoints/{Narrow}");
        string evaluation = $"/v1/evaluations/{example["provenance"]!["evaluation"]}";
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync($"/v1/checkpoints/{Narrow}"));
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync($"/v1/checkpoints/{example["id"]}"));
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync(evaluation));
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.PostAsync($"{evaluation}/cancel", content: null));
        string checkpoint = await Service.SmallCheckpoint();
        foreach (string tag in (string[])[Narrow, "example-mine"])
        {
            await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Put(tag, checkpoint));
            await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.Http.DeleteAsync($"/v1/tags/{tag}"));
        }

        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Put("mine", Narrow));
        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.Post(
            "/v1/experiments",
            """{"name":"a","tag":"example-strided","common":{"dataset":"synthetic-digits"},"jobs":[{"architecture":"strided"}]}"""));
        Assert.True(JsonNode.DeepEquals(example, await Service.Json($"/v1/checkpoints/{Narrow}")));
    }

    [Fact]
    public async Task A_tag_that_an_earlier_version_has_set_hides_no_example_and_can_be_deleted()
    {
        string checkpoint = await Service.SmallCheckpoint();
        await using (AppDbContext store =
            await host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync())
        {
            store.Tags.Add(new TagRow { Name = Narrow, CheckpointId = Guid.Parse(checkpoint), Revision = Guid.NewGuid() });
            await store.SaveChangesAsync();
        }

        Assert.NotEqual(checkpoint, (string?)(await Service.Json($"/v1/checkpoints/{Narrow}"))["id"]);
        Assert.NotEqual(checkpoint, (string?)(await Service.Json($"/v1/tags/{Narrow}"))["checkpoint"]);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/tags/{Narrow}")).StatusCode);
        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.Http.DeleteAsync($"/v1/tags/{Narrow}"));
    }

    [Fact]
    public async Task A_training_starts_from_an_example_and_an_example_is_evaluated_on_other_images()
    {
        string example = (string)(await Service.Json($"/v1/checkpoints/{Narrow}"))["id"]!;
        JsonNode job = await Service.Ended(await Service.Submit($$"""
            {"dataset":"synthetic-digits","codeWidth":32,"steps":20,"startFrom":"{{example}}"}
            """));
        Assert.Equal("succeeded", (string?)job["status"]);
        Assert.InRange((double)job["loss"]!["test"]!, 0, 0.08); // of weights that know digits: untrained ones are at 0.1 and more

        using HttpResponseMessage made = await Service.Post(
            "/v1/evaluations", $$"""{"checkpoint":"{{Narrow}}","dataset":"synthetic-digits"}""");
        Assert.Equal(HttpStatusCode.Accepted, made.StatusCode);
        JsonNode evaluation = await Service.Ended(made.Headers.Location!.ToString());
        Assert.Equal("succeeded", (string?)evaluation["status"]);
        Assert.Equal(
            [(string)evaluation["id"]!, (string)(await Service.Json($"/v1/checkpoints/{Narrow}"))["provenance"]!["evaluation"]!],
            (await Service.Json($"/v1/evaluations?checkpoint={example}"))["items"]!.AsArray().Select(each => (string)each!["id"]!));
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/evaluations/{evaluation["id"]}")).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public async Task The_evaluation_of_an_example_is_there_when_it_is_asked_for_without_any_image(string tag)
    {
        using HttpResponseMessage response = await Service.Post("/v1/evaluations", $$"""{"checkpoint":"{{tag}}"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonNode evaluation = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        JsonNode example = await Service.Json($"/v1/checkpoints/{tag}");
        Assert.Equal((string)example["provenance"]!["evaluation"]!, (string)evaluation["id"]!);
        Assert.Equal(("succeeded", "mnist", "test", 100), (
            (string)evaluation["status"]!, (string)evaluation["dataset"]!, (string)evaluation["split"]!, (int)evaluation["percent"]!));
        Assert.True(JsonNode.DeepEquals(evaluation, await Service.Json((string)evaluation["links"]!["self"]!)));
        JsonNode listed = await Service.Json($"/v1/evaluations?checkpoint={example["id"]}&status=succeeded");
        Assert.True(JsonNode.DeepEquals(evaluation, Assert.Single(listed["items"]!.AsArray())));
        Assert.Empty((await Service.Json($"/v1/evaluations?checkpoint={example["id"]}&status=failed"))["items"]!.AsArray());

        byte[] npy = await Service.Http.GetByteArrayAsync((string)evaluation["links"]!["losses"]!);
        float[] losses = NpyFile.Read(npy, [10_000]).Value();
        Assert.Equal((double)evaluation["result"]!["loss"]!["mean"]!, losses.Average(loss => (double)loss), 1e-9);
        Assert.Equal((double)example["losses"]!["test"]!, losses.Average(loss => (double)loss), 1e-6);
        string map = (string)evaluation["links"]!["map"]!;
        if (tag == Narrow)
        {
            Assert.Equal(2_000, (await Service.Json($"{map}?method=tsne"))["points"]!.AsArray().Count);
            await Expect.Png(await Service.Http.GetAsync((string)evaluation["links"]!["mapImage"]!));
        }
        else
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.GetAsync(map));
            Assert.Contains("without a map", (string)problem["detail"]!, StringComparison.Ordinal);
        }
    }

    private Task<HttpResponseMessage> Put(string tag, string checkpoint) => Service.Http.PutAsync(
        $"/v1/tags/{tag}",
        new StringContent($$"""{"checkpoint":"{{checkpoint}}"}""", MediaTypeHeaderValue.Parse("application/json")));
}

/// <summary>The examples on a store in which nothing else is.</summary>
public sealed class ExampleCheckpointFirstStartTests
{
    [Fact]
    public async Task The_examples_stand_in_no_list_are_neither_latest_nor_best_and_take_no_place_in_the_store()
    {
        await using var host = new Service();
        foreach (string list in (string[])["checkpoints", "tags", "evaluations", "training-jobs"])
        {
            Assert.Empty((await host.Client.Json($"/v1/{list}"))["items"]!.AsArray());
        }

        await Expect.Problem(HttpStatusCode.NotFound, await host.Client.Http.GetAsync("/v1/checkpoints/latest"));
        await Expect.Problem(HttpStatusCode.NotFound, await host.Client.Http.GetAsync("/v1/checkpoints/best"));
        await using AppDbContext store =
            await host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.Equal((0, 0, 0), (await store.Checkpoints.CountAsync(), await store.Jobs.CountAsync(), await store.Tags.CountAsync()));
    }
}

/// <summary>The files of the examples.</summary>
public sealed class ExampleCheckpointFileTests
{
    private const int MostBytes = 2_000_000;

    [Fact]
    public void The_examples_are_small_and_say_of_themselves_what_their_files_say()
    {
        long bytes = typeof(ExampleCheckpoints).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("examples/", StringComparison.Ordinal))
            .Sum(name => typeof(ExampleCheckpoints).Assembly.GetManifestResourceStream(name)!.Length);
        Assert.InRange(bytes, 1, MostBytes);
        Assert.Equal(
            ExampleCheckpointTests.Tags.Select(row => row.Data).Order(), ExampleCheckpoints.All.Select(example => example.Tag).Order());
        Assert.All(ExampleCheckpoints.All, example =>
        {
            byte[] file = ExampleCheckpoints.Weights(example);
            Checkpoint checkpoint = CheckpointFile.Read(file).Value();
            Assert.Equal((file.Length, checkpoint.Step), (example.Bytes, example.Step));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), example.Sha256);
            Assert.Equal(checkpoint.Losses, example.Losses);
            Assert.Equal(checkpoint.Settings.Steps, example.Step);
            Assert.Equal(checkpoint.Settings.ToString(), example.Settings.ToString());
            Assert.NotNull(checkpoint.Errors);
            Assert.Null(checkpoint.FirstMoment);
            Assert.EndsWith(example.Tag, example.Command, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(ExampleCheckpointTests.Tags), MemberType = typeof(ExampleCheckpointTests))]
    public void The_losses_of_an_example_are_those_of_its_weights_on_MNIST(string tag)
    {
        DatasetSplit test = MnistFolder.Load().Test;
        ExampleCheckpoint example = ExampleCheckpoints.Find(tag)!;
        float[] losses = NpyFile.Read(ExampleCheckpoints.Losses(example), [test.Count]).Value();
        using var model = new Model(CheckpointFile.Read(ExampleCheckpoints.Weights(example)).Value(), EngineKind.Simd);
        for (int index = 0; index < 100; index++)
        {
            float[] image = [.. test.Image(index).ToArray().Select(value => value / 255f)];
            double loss = image.Zip(model.Reconstruct(image), (input, output) => Math.Pow(input - output, 2)).Average();
            Assert.Equal(losses[index], loss, 1e-6);
        }
    }
}

/// <summary>The examples on stores of other kinds and versions.</summary>
[StartsProcesses]
public sealed class ExampleCheckpointStoreTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_store_of_an_earlier_version_has_the_examples_and_nothing_is_written_for_them(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(
            provider, postgres, before: context => context.GetService<IMigrator>().MigrateAsync("Initial"));
        await store.Migrate();
        var checkpoints = new CheckpointStore(store.Stores);
        CheckpointRow? example = await checkpoints.FindAsync("example-strided", CancellationToken.None);
        Assert.NotNull(await checkpoints.ReadAsync(example!, CancellationToken.None));
        Assert.Equal(0, await store.Ask(context => context.Checkpoints.CountAsync()));
    }

    [Fact]
    public async Task Without_its_store_the_service_goes_on_answering_of_the_examples()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using (ServiceProcess service = await ServiceProcess.Start(folder, PostgresServer.Settings(await postgres.NewDatabase())))
        {
            await postgres.Stop();
            try
            {
                JsonNode reconstruction = await service.Client.Json(
                    "/v1/checkpoints/example-strided/reconstruction?dataset=synthetic-digits&index=2");
                Assert.InRange((double)reconstruction["mse"]!, 0, 0.2);
            }
            finally
            {
                await postgres.Start();
            }
        }

        Directory.Delete(folder, recursive: true);
    }
}
