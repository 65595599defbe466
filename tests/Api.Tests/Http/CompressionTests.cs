using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;

namespace AutoencoderApi.Api.Tests.Http;

/// <summary>Answers in a content coding. The client of these tests unpacks nothing by itself.</summary>
[Collection(TrainedCollection.Name)]
public sealed class CompressionTests(TrainedService trained)
{
    private static readonly string[] s_codings = ["br", "gzip"];

    private static readonly string[] s_headers =
        ["ETag", "Vary", "Cache-Control", "Content-Security-Policy", "Content-Encoding", "Content-Length", "Content-Type"];

    public static TheoryData<string> Paths => ["/", "/page/app.js", "/page/page.css", "/page/icon.svg"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_file_of_the_page_is_the_same_in_every_coding_and_has_an_ETag_and_a_length_in_each(string path)
    {
        using HttpResponseMessage plain = await Send(HttpMethod.Get, path);
        byte[] content = await plain.Content.ReadAsByteArrayAsync();
        var tags = new HashSet<string> { plain.Headers.ETag!.Tag };
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        foreach (string coding in s_codings)
        {
            using HttpResponseMessage packed = await Send(HttpMethod.Get, path, coding),
                head = await Send(HttpMethod.Head, path, coding);
            byte[] body = await packed.Content.ReadAsByteArrayAsync();
            Assert.Equal(content, Unpacked(body, coding));
            Assert.True(body.Length < content.Length, $"{coding}: {body.Length} of {content.Length} bytes");
            Assert.Equal(
                (coding, body.Length),
                (packed.Content.Headers.ContentEncoding.Single(), packed.Content.Headers.ContentLength!.Value));
            Assert.False(packed.Headers.ETag!.IsWeak);
            Assert.True(tags.Add(packed.Headers.ETag.Tag), "two codings have one ETag");
            Assert.All(s_headers, header => Assert.Equal(Values(packed, header), Values(head, header)));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_file_of_the_page_is_not_sent_again_to_who_has_it_in_that_coding(string path)
    {
        foreach (string? coding in (string?[])[null, .. s_codings])
        {
            using HttpResponseMessage first = await Send(HttpMethod.Get, path, coding);
            using HttpResponseMessage again = await Send(HttpMethod.Get, path, coding, ifNoneMatch: first.Headers.ETag!.Tag);
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.All(["ETag", "Vary", "Cache-Control"], header => Assert.Equal(Values(first, header), Values(again, header)));
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
            string? another = coding == "gzip" ? null : "gzip";
            using HttpResponseMessage other = await Send(HttpMethod.Get, path, another, ifNoneMatch: first.Headers.ETag.Tag);
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
    }

    [Fact]
    public async Task JSON_is_the_same_in_every_coding_and_HEAD_says_what_GET_does()
    {
        string metrics = $"{trained.Jobs["strided"]["links"]!["metrics"]}";
        string tiles = $"{trained.CheckpointOf("strided")}/layers/code/tiles?dataset=synthetic-digits";
        foreach (string path in (string[])["/v1/checkpoints", metrics, trained.CheckpointOf("dense"), tiles])
        {
            using HttpResponseMessage plain = await Send(HttpMethod.Get, path, accept: "application/json");
            Assert.Empty(plain.Content.Headers.ContentEncoding);
            Assert.Contains("Accept-Encoding", plain.Headers.Vary);
            foreach (string coding in s_codings)
            {
                using HttpResponseMessage packed = await Send(HttpMethod.Get, path, coding, accept: "application/json"),
                    head = await Send(HttpMethod.Head, path, coding, accept: "application/json");
                Assert.Equal(coding, packed.Content.Headers.ContentEncoding.Single());
                Assert.Equal(await plain.Content.ReadAsByteArrayAsync(), Unpacked(await packed.Content.ReadAsByteArrayAsync(), coding));
                Assert.All(
                    s_headers.Where(header => header != "Content-Length"),
                    header => Assert.Equal(Values(packed, header), Values(head, header)));
                Assert.Equal(Values(plain, "Vary"), Values(packed, "Vary"));
            }
        }
    }

    [Fact]
    public async Task JSON_that_has_an_ETag_has_another_one_in_each_coding_and_304_repeats_it()
    {
        foreach (string path in (string[])[$"/v1/training-jobs/{trained.Jobs["strided"]["id"]}", trained.CheckpointOf("strided")])
        {
            using HttpResponseMessage plain = await Send(HttpMethod.Get, path), packed = await Send(HttpMethod.Get, path, "gzip");
            Assert.Equal(plain.Headers.ETag!.Tag[..^1] + "-gzip\"", packed.Headers.ETag!.Tag);
            Assert.False(packed.Headers.ETag.IsWeak);
            using HttpResponseMessage again = await Send(HttpMethod.Get, path, "gzip", ifNoneMatch: packed.Headers.ETag.Tag);
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.All(["ETag", "Vary"], header => Assert.Equal(Values(packed, header), Values(again, header)));
            Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Get, path, "br", ifNoneMatch: packed.Headers.ETag.Tag)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Get, path, ifNoneMatch: packed.Headers.ETag.Tag)).StatusCode);
        }
    }

    [Fact]
    public async Task A_write_is_guarded_by_the_ETag_of_whichever_coding_its_caller_has_read()
    {
        await PutTag("strided");
        foreach ((string? coding, string to) in ((string?, string)[])[("br", "dense"), ("gzip", "strided"), (null, "dense")])
        {
            using HttpResponseMessage read = await Send(HttpMethod.Get, "/v1/tags/packed", coding);
            Assert.Equal(HttpStatusCode.OK, (await PutTag(to, ifMatch: read.Headers.ETag!.Tag)).StatusCode);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await PutTag(to, ifMatch: read.Headers.ETag.Tag)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await trained.Service.Http.DeleteAsync("/v1/tags/packed")).StatusCode);
    }

    [Theory]
    [InlineData("deflate")]
    [InlineData("br;q=0, gzip;q=0")]
    [InlineData("identity")]
    [InlineData("gzip;q=0.5, identity;q=0.8")]
    [InlineData(";;;")]
    public async Task Who_accepts_no_known_coding_gets_none(string accepted)
    {
        foreach (string path in (string[])["/", "/v1/checkpoints"])
        {
            using HttpResponseMessage response = await Send(HttpMethod.Get, path, accepted);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Empty(response.Content.Headers.ContentEncoding);
            Assert.Contains("Accept-Encoding", response.Headers.Vary);
        }
    }

    [Fact]
    public async Task Images_weights_event_streams_and_problems_are_sent_as_they_are()
    {
        string checkpoint = trained.CheckpointOf("strided"), events = $"/v1/training-jobs/{trained.Jobs["strided"]["id"]}/events";
        string tiles = $"{checkpoint}/layers/code/tiles?dataset=synthetic-digits";
        foreach (string path in (string[])[tiles, $"{checkpoint}/weights", $"{checkpoint}/onnx", events, "/v1/checkpoints/nope"])
        {
            using HttpResponseMessage response = await Send(HttpMethod.Get, path, "br, gzip");
            Assert.DoesNotContain(response.Content.Headers.ContentEncoding, s_codings.Contains); // identity says so of the events
        }
    }

    private async Task<HttpResponseMessage> Send(
        HttpMethod method, string path, string? coding = null, string? ifNoneMatch = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        (string Name, string? Value)[] headers = [("Accept-Encoding", coding), ("If-None-Match", ifNoneMatch), ("Accept", accept)];
        foreach ((string name, string? value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await trained.Service.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PutTag(string architecture, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/tags/packed")
        {
            Content = JsonContent.Create(new { checkpoint = $"{trained.Jobs[architecture]["latestCheckpoint"]}" }),
        };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await trained.Service.Http.SendAsync(request);
    }

    private static byte[] Unpacked(byte[] body, string coding)
    {
        using var packed = new MemoryStream(body);
        using Stream content = coding == "br"
            ? new BrotliStream(packed, CompressionMode.Decompress)
            : new GZipStream(packed, CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        content.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static string Values(HttpResponseMessage response, string header) =>
        string.Join(", ", response.Headers.Concat(response.Content.Headers).Where(one => one.Key == header).SelectMany(one => one.Value));
}
