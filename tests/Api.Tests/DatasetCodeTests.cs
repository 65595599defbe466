using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Datasets;

namespace AutoencoderApi.Api.Tests;

/// <summary>The codes of a data set's images, and their labels.</summary>
[Collection(TrainedCollection.Name)]
public sealed class DatasetCodeTests(TrainedService trained)
{
    private const string Digits = "/v1/datasets/synthetic-digits/test";

    private ServiceClient Service => trained.Service;

    private HttpClient Http => Service.Http;

    public static TheoryData<string> Architectures => [.. TrainedService.Architectures];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task The_codes_of_a_split_are_those_of_its_images(string architecture)
    {
        string path = trained.CheckpointOf(architecture);
        (string shape, float[] codes) = await NpyAnswer.Read(await Http.GetAsync($"{path}/codes"));
        string codeShape = architecture == "dense" ? "64, 1, 1" : "32, 7, 7";
        Assert.Equal($"2000, {codeShape}", shape);
        int size = codes.Length / 2_000;
        foreach (int index in (int[])[0, 417, 1_999])
        {
            JsonNode alone = await Service.Json($"{path}/encode?dataset=synthetic-digits&index={index}");
            Assert.Equal(
                alone["values"]!.AsArray().Select(value => float.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture)),
                codes[(index * size)..((index + 1) * size)]);
        }

        (shape, float[] part) = await NpyAnswer.Read(await Http.GetAsync($"{path}/codes?dataset=synthetic-digits&first=1998&count=2"));
        Assert.Equal($"2, {codeShape}", shape);
        Assert.Equal(codes[(1_998 * size)..], part);
    }

    [Fact]
    public async Task More_codes_come_than_a_batch_may_have_and_a_copy_is_known_by_its_ETag()
    {
        string path = $"{trained.CheckpointOf("dense")}/codes?split=train";
        using HttpResponseMessage whole = await Http.GetAsync(path);
        int count = (int)(await Service.Json("/v1/datasets/synthetic-digits"))["splits"]!["train"]!;
        Assert.Equal($"{count}, 64, 1, 1", (await NpyAnswer.Read(whole)).Shape);
        foreach (string same in (string[])[path, $"{path}&dataset=synthetic-digits"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, same);
            request.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, (await Http.SendAsync(request)).StatusCode);
        }

        using HttpResponseMessage head = await Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(whole.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(whole.Headers.ETag, head.Headers.ETag);
        Assert.NotEqual(whole.Headers.ETag, (await Http.GetAsync($"{path}&first=1")).Headers.ETag);
    }

    [Fact]
    public async Task The_default_data_set_is_that_of_the_checkpoint()
    {
        using HttpResponseMessage made = await Service.PutZip("coded", OwnImages.Zip(OwnImages.Labelled(50)));
        JsonNode job = await Service.Ended(
            await Service.Submit("""{"dataset":"coded","steps":2,"warmupSteps":0,"batchSize":8,"channels":[2,3]}"""));
        string path = $"/v1/checkpoints/{job["latestCheckpoint"]}/codes";
        Assert.Equal("5, 3, 7, 7", (await NpyAnswer.Read(await Http.GetAsync(path))).Shape);
        Assert.Equal("2000, 3, 7, 7", (await NpyAnswer.Read(await Http.GetAsync($"{path}?dataset=synthetic-digits"))).Shape);
        await Http.DeleteAsync("/v1/datasets/coded");
        await Expect.Problem(HttpStatusCode.NotFound, await Http.GetAsync(path));
    }

    [Theory]
    [InlineData("first=2000", HttpStatusCode.NotFound, "images 0 to 1999; 2000 is not")]
    [InlineData("first=-1", HttpStatusCode.NotFound, "-1 is not one of them")]
    [InlineData("first=1999&count=2", HttpStatusCode.NotFound, "2000 is not one of them")]
    [InlineData("first=2147483647&count=2147483647", HttpStatusCode.NotFound, "4294967293 is not one of them")]
    [InlineData("first=-2147483648", HttpStatusCode.NotFound, "-2147483648 is not one of them")]
    [InlineData("count=0", HttpStatusCode.BadRequest, "count")]
    [InlineData("count=-5", HttpStatusCode.BadRequest, "count")]
    [InlineData("split=dev", HttpStatusCode.BadRequest, "split")]
    [InlineData("dataset=imagenet", HttpStatusCode.NotFound, "There is no data set")]
    [InlineData("index=1", HttpStatusCode.BadRequest, "index")]
    public async Task Images_that_are_not_there_have_no_codes(string query, HttpStatusCode status, string said)
    {
        JsonNode problem = await Expect.Problem(status, await Http.GetAsync($"{trained.CheckpointOf("strided")}/codes?{query}"));
        Assert.Contains(said, problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_another_size_have_no_codes()
    {
        await Service.PutZip("small", OwnImages.Zip(Enumerable.Range(0, 20).Select(i => ($"{i}.png", OwnImages.Png(i, 8, 8)))));
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.UnprocessableEntity, await Http.GetAsync($"{trained.CheckpointOf("strided")}/codes?dataset=small"));
        Assert.Equal("urn:autoencoder-api:problem:picture-unusable", (string?)problem["type"]);
        await Http.DeleteAsync("/v1/datasets/small");
    }

    [Fact]
    public async Task Labels_come_as_JSON_or_NPY_and_stand_beside_each_image()
    {
        int[] labels = Numbers((await Service.Json($"{Digits}/labels"))["labels"]!);
        Assert.Equal(2_000, labels.Length);
        Assert.Equal(Enumerable.Range(0, 10), labels.Distinct().Order());
        JsonNode part = await Service.Json($"{Digits}/labels?first=10&count=5");
        Assert.Equal((10, "null"), ((int)part["first"]!, part["names"]?.ToJsonString() ?? "null"));
        Assert.Equal(labels[10..15], Numbers(part["labels"]!));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Digits}/labels?first=10&count=5");
        request.Headers.Accept.ParseAdd(NpyAnswer.Type);
        using HttpResponseMessage npy = await Http.SendAsync(request);
        Assert.Equal("Accept", npy.Headers.Vary.ToString());
        byte[] file = await npy.Content.ReadAsByteArrayAsync();
        string header = System.Text.Encoding.ASCII.GetString(file);
        Assert.Contains("'descr': '|u1', 'fortran_order': False, 'shape': (5,)", header, StringComparison.Ordinal);
        Assert.Equal(labels[10..15], file[^5..].Select(label => (int)label));

        JsonNode image = await Service.Json($"{Digits}/12");
        Assert.Equal((12, labels[12], "[1,28,28]"), ((int)image["index"]!, (int)image["label"]!, image["shape"]!.ToJsonString()));
        Assert.Null(image["labelName"]);
        Assert.Equal(784, image["pixels"]!.AsArray().Count);
    }

    [Fact]
    public async Task Labels_that_are_folders_have_names_and_images_without_labels_have_none()
    {
        string[] folders = ["moth", "bee", "ant"];
        await Service.PutZip(
            "insects", OwnImages.Zip(Enumerable.Range(0, 30).Select(i => ($"test/{folders[i % 3]}/{i}.png", OwnImages.Png(i)))
                .Concat(Enumerable.Range(30, 30).Select(i => ($"train/{folders[i % 3]}/{i}.png", OwnImages.Png(i))))));
        JsonNode labels = await Service.Json("/v1/datasets/insects/test/labels");
        Assert.Equal("""["ant","bee","moth"]""", labels["names"]!.ToJsonString());
        Assert.Equal([10, 10, 10], Numbers(labels["labels"]!).CountBy(label => label).Select(each => each.Value));
        JsonNode image = await Service.Json("/v1/datasets/insects/test/0");
        Assert.Equal(labels["names"]![(int)labels["labels"]![0]!]!.ToJsonString(), image["labelName"]!.ToJsonString());
        await Http.DeleteAsync("/v1/datasets/insects");

        await Service.PutZip("plain", OwnImages.Zip(Enumerable.Range(0, 20).Select(i => ($"{i}.png", OwnImages.Png(i)))));
        JsonNode problem = await Expect.Problem(HttpStatusCode.NotFound, await Http.GetAsync("/v1/datasets/plain/train/labels"));
        Assert.Equal("urn:autoencoder-api:problem:labels-not-found", (string?)problem["type"]);
        Assert.Null((await Service.Json("/v1/datasets/plain/train/0"))["label"]);
        await Http.DeleteAsync("/v1/datasets/plain");
    }

    [Theory]
    [InlineData("labels?first=2000", HttpStatusCode.NotFound)]
    [InlineData("labels?first=-1", HttpStatusCode.NotFound)]
    [InlineData("labels?count=2001", HttpStatusCode.NotFound)]
    [InlineData("labels?count=0", HttpStatusCode.BadRequest)]
    [InlineData("2000", HttpStatusCode.NotFound)]
    [InlineData("-1", HttpStatusCode.NotFound)]
    [InlineData("one", HttpStatusCode.BadRequest)]
    public async Task Labels_and_images_that_are_not_there_are_refused(string path, HttpStatusCode status) =>
        await Expect.Problem(status, await Http.GetAsync($"{Digits}/{path}"));

    [Theory]
    [InlineData("/v1/datasets/imagenet/test/labels", HttpStatusCode.NotFound)]
    [InlineData("/v1/datasets/synthetic-digits/dev/labels", HttpStatusCode.BadRequest)]
    [InlineData("/v1/datasets/imagenet/test/0", HttpStatusCode.NotFound)]
    public async Task A_data_set_or_split_that_is_not_there_is_refused(string path, HttpStatusCode status) =>
        await Expect.Problem(status, await Http.GetAsync(path));

    private static int[] Numbers(JsonNode values) => [.. values.AsArray().Select(value => (int)value!)];
}
