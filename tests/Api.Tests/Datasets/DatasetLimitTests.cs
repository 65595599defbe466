using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Tests.Datasets;

[StartsProcesses]
public sealed class DatasetLimitTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_data_set_may_have_no_more_of_anything_than_the_service_gives()
    {
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            ("Limits__DatasetUploadBytes", "40000"),
            ("Limits__DatasetBytes", "20000"),
            ("Limits__DatasetPictures", "20"),
            ("Limits__DatasetSide", "64"),
            ("Limits__Datasets", "2"));

        using (
            var large = new HttpRequestMessage(HttpMethod.Put, "/v1/datasets/large") { Content = new ByteArrayContent(new byte[40_001]) })
        {
            large.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
            large.Headers.ExpectContinue = true; // the refusal comes before the body is sent
            await Expect.Problem(HttpStatusCode.RequestEntityTooLarge, await service.Client.Http.SendAsync(large));
        }

        using (
            var silent = new HttpRequestMessage(HttpMethod.Put, "/v1/datasets/large") { Content = new ByteArrayContent(new byte[60_000]) })
        {
            silent.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
            silent.Headers.TransferEncodingChunked = true;
            await Expect.Problem(HttpStatusCode.RequestEntityTooLarge, await service.Client.Http.SendAsync(silent));
        }

        await Refused("Limits:DatasetPictures", OwnImages.Zip(Pngs(21, 8)));
        await Refused("Limits:DatasetBytes", OwnImages.Zip(Pngs(20, 32), CompressionLevel.SmallestSize));
        await Refused(
            "Limits:DatasetBytes",
            OwnImages.Zip(
                Enumerable.Range(0, 5).Select(i => ($"{i}.png", (byte[])[.. OwnImages.Png(i, 8, 8), .. new byte[5_000]])),
                CompressionLevel.SmallestSize));
        await Refused("from 8 to 64 pixels", OwnImages.Zip(Pngs(3, 68)));
        await Refused("Limits:DatasetPictures", null, OwnImages.Idx(new byte[21 * 64], 21, 8, 8));
        await Refused("more than 20000 bytes", null, OwnImages.Gzip(OwnImages.Idx(new byte[20 * 32 * 32], 20, 32, 32)));

        foreach (string name in (string[])["one", "two"])
        {
            Assert.Equal(HttpStatusCode.Created, (await service.Client.PutZip(name, OwnImages.Zip(Pngs(10, 28)))).StatusCode);
        }

        JsonNode full = await Expect.Problem(HttpStatusCode.Conflict, await service.Client.PutZip("three", OwnImages.Zip(Pngs(10, 28))));
        Assert.Contains("Limits:Datasets", (string?)full["detail"], StringComparison.Ordinal);

        async Task Refused(string reason, byte[]? zip, byte[]? idx = null)
        {
            using HttpResponseMessage response = zip is not null
                ? await service.Client.PutZip("refused", zip)
                : await service.Client.PutForm("refused", ("images", idx!));
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, response);
            Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_archive_of_more_headers_than_images_are_taken_is_given_up_within_its_directory()
    {
        string path = Path.Combine(_folder, "many.zip");
        File.WriteAllBytes(path, OwnImages.Zip(Enumerable.Range(0, 400_000).Select(i => ($"{i}", Array.Empty<byte>()))));
        using FileStream file = File.OpenRead(path);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Result<UploadedImages, ProblemHttpResult> read = ZipImageReader.Read(
            file,
            new LimitsOptions { DatasetPictures = 3 },
            AnyMemory.New(),
            TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.Contains("directory of entries is too long", read.Fault().ProblemDetails.Detail, StringComparison.Ordinal);
    }

    private static IEnumerable<(string, byte[])> Pngs(int count, int side) =>
        Enumerable.Range(0, count).Select(i => ($"{i:d2}.png", OwnImages.Png(i, side, side)));
}
