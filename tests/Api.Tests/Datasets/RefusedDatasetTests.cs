using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Datasets;

[Collection(TrainedCollection.Name)]
public sealed class RefusedDatasetTests(TrainedService trained)
{
    private const int Mutations = 400;

    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task A_zip_that_makes_no_data_set_is_refused_and_its_entry_named()
    {
        byte[] png = OwnImages.Png(1);
        await Refused("'b.png' is 32×28", ("a.png", png), ("b.png", OwnImages.Png(2, 32, 28)), ("c.png", png));
        await Refused("'a.png' is 30×28; both sides must be multiples of 4", ("a.png", OwnImages.Png(1, 30, 28)));
        await Refused("'a.png' is 4×4", ("a.png", OwnImages.Png(1, 4, 4)));
        await Refused("'a.png' is 132×132", ("a.png", OwnImages.Png(1, 132, 132)));
        await Refused("'a.png' is 30000×30000", ("a.png", PngFile.WriteBomb(30_000, 30_000)));
        await Refused("'b.txt' is no PNG", ("a.png", png), ("b.txt", Encoding.UTF8.GetBytes("text")));
        await Refused("'b.png' is a damaged PNG", ("a.png", png), ("b.png", png[..^200]));
        await Refused("'b.png' has more than 1048576 bytes", ("a.png", png), ("b.png", [.. png, .. new byte[1 << 20]]));
        await Refused("'a.png' and '2/b.png' differ in having a label", ("a.png", png), ("2/b.png", png));
        await Refused("'a.png' leaves it open what is for training", ("a.png", png), ("test/b.png", png));
        await Refused("'test/a.png' leaves it open what is for training", ("test/a.png", png), ("test/b.png", png));
        await Refused("none of them is left", ("a.png", png), ("b.png", png));
        await Refused("has 0 images");
        await Refused("has 0 images", ("folder/", []));

        byte[] zip = OwnImages.Zip(OwnImages.Labelled(20));
        await RefusedBody("cannot be read", zip[..^30]);
        await RefusedBody("cannot be read", zip[..(zip.Length / 2)]);
        byte[] wrong = [.. zip];
        wrong[60] ^= 1; // within the first entry's pixels
        await RefusedBody("is damaged", wrong);

        Task Refused(string reason, params (string, byte[])[] entries) =>
            RefusedBody(reason, OwnImages.Zip(entries, CompressionLevel.Fastest));

        async Task RefusedBody(string reason, byte[] body)
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.PutZip("refused", body));
            Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
            Assert.EndsWith(":dataset-unusable", (string?)problem["type"], StringComparison.Ordinal);
            await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync("/v1/datasets/refused"));
        }
    }

    [Fact]
    public async Task IDX_files_that_make_no_data_set_are_refused_and_the_file_named()
    {
        byte[] images = OwnImages.Idx(OwnImages.Noise(1, 10 * 784), 10, 28, 28), labels = OwnImages.Idx(new byte[10], 10);
        await Refused("'labels' begins with 00000803", ("images", images), ("labels", images));
        await Refused("'images' begins with 00000801", ("images", labels), ("labels", labels));
        await Refused("'images' has 10 images and 'labels' 9 labels", ("images", images), ("labels", OwnImages.Idx(new byte[9], 9)));
        await Refused("'images' is truncated", ("images", images[..^1]), ("labels", labels));
        await Refused("'images' is truncated", ("images", images[..9]));
        await Refused("'images' goes on after", ("images", [.. images, 0]));
        await Refused("'images' is damaged", ("images", Flipped(OwnImages.Gzip(images))));
        await Refused("claims a size of 0 or of more than", ("images", OwnImages.Idx([], int.MaxValue, int.MaxValue, int.MaxValue)));
        await Refused("claims a size of 0 or of more than", ("images", OwnImages.Idx([], 0, 28, 28)));
        await Refused("is 27×28", ("images", OwnImages.Idx(new byte[10 * 28 * 27], 10, 28, 27)));
        await Refused("has 2 channels", ("images", OwnImages.Idx(new byte[10 * 2 * 784], 10, 2, 28, 28)));
        await Refused(
            "'testImages' has images of 1×32×28",
            ("images", images),
            ("testImages", OwnImages.Idx(new byte[32 * 28], 1, 32, 28)));
        await Refused("must both be there", ("images", images), ("labels", labels), ("testImages", images));
        await Refused("none 'testImages'", ("images", images), ("labels", labels), ("testLabels", labels));

        await Missing("no file called 'images'", await Service.PutForm("refused", ("labels", labels)));
        await Missing("more than one file called 'images'", await Service.PutForm("refused", ("images", images), ("images", images)));
        await Missing("cannot be read", await Put(new ByteArrayContent("no form"u8.ToArray()), "multipart/form-data; boundary=x"));
        await Missing("empty", await Put(new ByteArrayContent([]), "application/zip"));

        static byte[] Flipped(byte[] gzip) =>
            [.. gzip[..(gzip.Length / 2)], (byte)(gzip[gzip.Length / 2] ^ 0x10), .. gzip[((gzip.Length / 2) + 1)..]];

        async Task Refused(string reason, params (string, byte[])[] files)
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.PutForm("refused", files));
            Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
        }

        static async Task Missing(string reason, HttpResponseMessage response)
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, response);
            Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
            Assert.EndsWith(":dataset-missing", (string?)problem["type"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_that_is_wrong_before_its_body_is_refused()
    {
        byte[] zip = OwnImages.Zip(OwnImages.Labelled(10));
        foreach (string query in (string[])["?seed=-1", "?validation=0", "?validation=0.95", "?test=NaN", "?test=x", "?test=-1"])
        {
            await Expect.Problem(HttpStatusCode.BadRequest, await Service.PutZip("refused", zip, query));
        }

        await Expect.Problem(HttpStatusCode.BadRequest, await Service.PutZip("Not-a-name", zip));
        await Expect.Problem(HttpStatusCode.BadRequest, await Service.PutZip(new string('a', 65), zip));
        await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Put(new ByteArrayContent(zip), "multipart/form-data"));
        await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Put(new StringContent("{}"), "application/json"));
        await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.PutAsync("/v1/datasets/refused", null));
    }

    [Fact]
    public async Task No_name_in_an_archive_becomes_a_path()
    {
        string[] before = Files();
        string[] names =
        [
            "../../etc/passwd",
            "/etc/cron.d/x",
            "..\\..\\x.png",
            "C:\\x.png",
            "a/../../../b.png",
            "%2e%2e/c.png",
            "\0.png",
            "....//d.png",
            "con",
            new('e', 300),
        ];
        (string, byte[])[] entries = [.. names.Select((name, i) => (name, OwnImages.Png(i)))];
        using HttpResponseMessage response = await Service.PutZip("hostile", OwnImages.Zip(entries));
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        Assert.Equal(before, Files());
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/hostile")).StatusCode);

        // The folder for uploads, where nothing stays, is there from the first one on.
        string[] Files() =>
            [
                .. Directory
                    .GetFileSystemEntries(trained.Folder, "*", SearchOption.AllDirectories)
                    .Where(path => !path.EndsWith("uploads", StringComparison.Ordinal))
                    .Order(),
            ];
    }

    [Fact]
    public async Task No_mutated_zip_or_form_is_answered_with_a_fault_of_the_service()
    {
        byte[] zip = OwnImages.Zip(Enumerable.Range(0, 6).Select(i => ($"{i}/{i}.png", OwnImages.Png(i, 8, 8))), CompressionLevel.Fastest);
        byte[] idx = OwnImages.Gzip(OwnImages.Idx(OwnImages.Noise(1, 6 * 64), 6, 8, 8));
        var random = new SplitMix64(33);
        int taken = 0;
        for (int i = 0; i < Mutations; i++)
        {
            using HttpResponseMessage response =
                i % 4 == 0
                    ? await Service.PutForm("mutated", ("images", Mutated(idx, ref random)))
                    : await Service.PutZip("mutated", Mutated(zip, ref random));
            Assert.True(
                response.StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest,
                $"mutation {i}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            if (response.StatusCode == HttpStatusCode.Created)
            {
                taken++;
                Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/mutated")).StatusCode);
            }
        }

        Assert.InRange(taken, 0, Mutations / 2);
    }

    private static byte[] Mutated(byte[] file, ref SplitMix64 random)
    {
        List<byte> mutated = [.. file];
        for (int change = random.NextBelow(4); change >= 0 && mutated.Count > 0; change--)
        {
            int at =
                random.NextBelow(2) == 0
                    ? random.NextBelow(mutated.Count)
                    : mutated.Count - 1 - random.NextBelow(Math.Min(mutated.Count, 400)); // a zip's directory is at its end
            switch (random.NextBelow(5))
            {
                case 0:
                    mutated[at] = (byte)random.NextBelow(256);
                    break;
                case 1:
                    mutated[at] ^= (byte)(1 << random.NextBelow(8));
                    break;
                case 2:
                    mutated[at] = 0xff;
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(0, Math.Min(mutated.Count, random.NextBelow(60))));
                    break;
                default:
                    mutated.RemoveRange(at, Math.Min(mutated.Count - at, random.NextBelow(60)));
                    break;
            }
        }

        return [.. mutated];
    }

    private Task<HttpResponseMessage> Put(HttpContent content, string type)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return Service.Http.PutAsync("/v1/datasets/refused", content);
    }
}
