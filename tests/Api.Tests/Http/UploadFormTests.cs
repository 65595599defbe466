using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Http;

/// <summary>The three kinds of uploads: an image, a checkpoint and a data set.</summary>
[Collection(TrainedCollection.Name)]
public sealed class UploadFormTests(TrainedService trained)
{
    private const string Image = "/v1/checkpoints/latest/reconstruction";

    private HttpClient Client => trained.Service.Http;

    [Fact]
    public async Task A_part_needs_no_filename_and_its_media_type_says_nothing()
    {
        foreach (Upload upload in await Uploads())
        {
            foreach (string more in (string[])["", "\r\nContent-Type: text/plain; charset=x",
                "; filename=\"a.b\"\r\nContent-Type: application/json"])
            {
                using HttpResponseMessage response = await Send(upload, [(upload.Field, upload.File, more)]);
                Assert.True(response.IsSuccessStatusCode, $"{upload.Path} with '{more}': {await response.Content.ReadAsStringAsync()}");
                await Remove(response);
            }
        }
    }

    [Theory]
    [InlineData("preprocess")]
    [InlineData("test_images")]
    [InlineData("Image")]
    [InlineData("seed")]
    [InlineData("")]
    public async Task A_field_that_the_form_does_not_have_is_refused_by_name_before_and_after_the_file(string field)
    {
        foreach (Upload upload in await Uploads())
        {
            (string, byte[], string) file = (upload.Field, upload.File, ""), foreign = (field, "none"u8.ToArray(), "");
            foreach ((string, byte[], string)[] parts in ((string, byte[], string)[][])[[file, foreign], [foreign, file]])
            {
                JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Send(upload, parts));
                Assert.Equal("urn:autoencoder-api:problem:invalid-fields", (string?)problem["type"]);
                KeyValuePair<string, JsonNode?> error = Assert.Single(problem["errors"]!.AsObject());
                Assert.Equal(field.Length > 0 ? field : "form", error.Key);
                Assert.Contains(upload.Field, error.Value!.ToJsonString(), StringComparison.Ordinal);
            }
        }

        await Expect.Problem(HttpStatusCode.NotFound, await Client.GetAsync("/v1/datasets/by-form"));
    }

    [Fact]
    public async Task A_form_that_cannot_be_read_is_refused()
    {
        foreach (Upload upload in await Uploads())
        {
            (string, byte[], string) file = (upload.Field, upload.File, "");
            await Expect.Problem(HttpStatusCode.BadRequest, await Send(upload, [file, file]));
            await Expect.Problem(HttpStatusCode.BadRequest, await Send(upload, []));
            await Expect.Problem(HttpStatusCode.BadRequest, await Send(upload, [file], upTo: 60));
            await Expect.Problem(HttpStatusCode.BadRequest,
                await Send(upload, [($"{upload.Field}\"\r\nX: {new string('x', 20_000)}", upload.File, "")]));
            await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Send(upload, [file], boundary: ""));
            await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Send(upload, [file], boundary: new string('x', 71)));
            await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Send(upload, [file], boundary: new string('x', 8_000)));
        }
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-zip-compressed")]
    [InlineData("application/zip; charset=binary")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("image/gif")]
    [InlineData(null)]
    public async Task The_first_bytes_of_a_raw_body_tell_what_it_is_and_not_its_media_type(string? type)
    {
        byte[] zip = OwnImages.Zip(Enumerable.Range(0, 10).Select(i => ($"{i}.png", OwnImages.Png(i)))),
            weights = await Client.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/weights");
        byte[] code = NpyFile.Write([32, 7, 7], new float[32 * 49]);
        foreach ((HttpMethod method, string path, byte[] body) in ((HttpMethod, string, byte[])[])
            [(HttpMethod.Put, "/v1/datasets/by-bytes", zip), (HttpMethod.Post, "/v1/checkpoints", weights),
                (HttpMethod.Post, $"{trained.CheckpointOf("strided")}/decode", code), (HttpMethod.Post, Image, OwnImages.Png(1))])
        {
            using HttpResponseMessage response = await SendRaw(method, path, body, type);
            Assert.True(response.IsSuccessStatusCode, $"{path} as {type}: {await response.Content.ReadAsStringAsync()}");
            await Remove(response);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_taken_is_named_as_what_it_is()
    {
        (string Named, byte[] File)[] files =
        [
            ("a RAR archive", [.. "Rar!\u001a\u0007"u8, .. new byte[20]]),
                ("a 7z archive", [.. "7z"u8, 0xbc, 0xaf, 0x27, 0x1c, .. new byte[20]]), ("a gzip file", OwnImages.Gzip(new byte[100])),
            ("a PNG", OwnImages.Png(1)), ("an IDX file of images", OwnImages.Idx(new byte[784], 1, 28, 28)),
                ("a PDF", [.. "%PDF-1.7"u8, .. new byte[20]]),
        ];
        foreach ((string named, byte[] file) in files)
        {
            foreach (string type in (string[])["application/zip", "application/octet-stream"])
            {
                JsonNode refused = await Expect.Problem(HttpStatusCode.UnsupportedMediaType,
                    await SendRaw(HttpMethod.Put, "/v1/datasets/by-bytes", file, type));
                Assert.Contains($"The body is {named}.", (string?)refused["detail"], StringComparison.Ordinal);
                refused = await Expect.Problem(HttpStatusCode.UnsupportedMediaType,
                    await SendRaw(HttpMethod.Post, "/v1/checkpoints", file, type));
                Assert.Contains($"The body is {named}.", (string?)refused["detail"], StringComparison.Ordinal);
            }
        }
    }

    private async Task<Upload[]> Uploads() =>
    [
        new(HttpMethod.Post, Image, "image", OwnImages.Png(1)),
        new(HttpMethod.Post, "/v1/checkpoints", "file", await Client.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/weights")),
        new(HttpMethod.Put, "/v1/datasets/by-form", "images", OwnImages.Idx(OwnImages.Noise(1, 10 * 784), 10, 28, 28)),
    ];

    /// <summary>Deletes what an upload has made.</summary>
    private async Task Remove(HttpResponseMessage response)
    {
        if (response.Headers.Location is { } made)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(made)).StatusCode);
        }
    }

    private Task<HttpResponseMessage> Send(Upload upload, (string Name, byte[] Content, string More)[] parts, string boundary = "edge",
        int upTo = int.MaxValue)
    {
        byte[] body = [.. parts.SelectMany(part => (byte[])[
            .. Text($"--{boundary}\r\nContent-Disposition: form-data; name=\"{part.Name}\"{part.More}\r\n\r\n"), .. part.Content,
            .. "\r\n"u8]), .. Text($"--{boundary}--\r\n")];
        return SendRaw(upload.Method, upload.Path, body[..Math.Min(body.Length, upTo)],
            boundary.Length > 0 ? $"multipart/form-data; boundary={boundary}" : "multipart/form-data");

        static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
    }

    private async Task<HttpResponseMessage> SendRaw(HttpMethod method, string path, byte[] body, string? type)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return await Client.SendAsync(request);
    }

    private sealed record Upload(HttpMethod Method, string Path, string Field, byte[] File);
}
