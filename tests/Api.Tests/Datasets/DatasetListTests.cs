using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

[StartsProcesses]
public sealed class DatasetListTests : IDisposable
{
    private const int Train = 6_000, Test = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The images are there by their headers alone: whoever reads on finds them cut short.</summary>
    [Fact]
    public async Task The_list_counts_a_data_set_whose_images_it_does_not_read()
    {
        string mnist = Directory.CreateDirectory(Path.Combine(_folder, "mnist")).FullName;
        foreach ((string part, int count) in ((string, int)[])[("train", Train), ("t10k", Test)])
        {
            await Write($"{part}-images-idx3-ubyte.gz", OwnImages.Gzip(OwnImages.Idx([], count, 28, 28)));
            await Write($"{part}-labels-idx1-ubyte.gz", OwnImages.Gzip(OwnImages.Idx(new byte[count], count)));
        }

        await using ServiceProcess service = await ServiceProcess.Start(_folder, ("Datasets__Mnist__Folder", mnist));
        for (int i = 0; i < 2; i++)
        {
            JsonNode listed = (await service.Client.Json("/v1/datasets")).AsArray().Single(set => (string?)set!["name"] == "mnist")!;
            Assert.Equal("available", (string?)listed["status"]);
            Assert.Equal(
                (Train - 5_000, 5_000, Test),
                ((int)listed["splits"]!["train"]!, (int)listed["splits"]!["validation"]!, (int)listed["splits"]!["test"]!));
            Assert.Equal(Train + Test, (int)listed["labels"]!["0"]!);
        }

        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await service.Client.Http.GetAsync("/v1/datasets/mnist/test/0.png"));

        Task Write(string name, byte[] content) => File.WriteAllBytesAsync(Path.Combine(mnist, name), content);
    }
}
