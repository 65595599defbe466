using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Tests.OpenApi;
using Microsoft.AspNetCore.Http;

namespace AutoencoderApi.Api.Tests.Http;

[Collection(TrainedCollection.Name)]
public sealed class AcceptHeaderTests(TrainedService trained)
{
    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("APPLICATION/JSON;Charset=\"utf-8\"; q=0.2", true)]
    [InlineData("application/json;indent=2, */*", true)]
    [InlineData("application/json, text/plain, */*", true)]
    [InlineData("application/*", true)]
    [InlineData("image/png", false)]
    [InlineData("image/png, application/json", false)]
    [InlineData("image/png;q=0.5, application/json;q=0.4", false)]
    [InlineData("image/png;q=0.5, application/json;q=0.6;charset=utf-8", true)]
    [InlineData("image/png;q=0, */*;q=0.1", true)]
    [InlineData("application/json;q=0, */*", false)]
    [InlineData("application/*;q=0.1, application/json;q=0.9, image/*;q=0.5", true)]
    [InlineData("image/avif,image/webp,image/apng,image/*,*/*;q=0.8", false)]
    [InlineData("text/html", false)]
    [InlineData("no media type", false)]
    public void JSON_is_preferred_to_an_image_where_the_header_ranks_it_higher(string accept, bool isJson)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Accept = accept;
        Assert.Equal(isJson, context.Request.Prefers("application/json", over: "image/png"));
    }

    [Fact]
    public async Task A_path_that_ends_in_png_gives_the_PNG_of_its_twin_under_every_Accept_header()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        Operation[] plain = [.. (await Operation.All(trained.Service)).Where(
            operation => operation.Method == HttpMethod.Get && operation.Id.EndsWith("Png", StringComparison.Ordinal))];
        Assert.Equal(4, plain.Length);
        foreach (Operation operation in plain)
        {
            string path = paths.Of(operation);
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "application/json" } } };
            using HttpResponseMessage response = await trained.Service.Http.SendAsync(request);
            Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
            byte[] expected = await trained.Service.Http.GetByteArrayAsync(path[..^".png".Length]);
            Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task The_bodies_that_the_document_names_in_words_are_taken_too()
    {
        string path = $"{trained.CheckpointOf("strided")}/reconstruction";
        byte[] png = await trained.Service.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/0.png");
        var raw = new ByteArrayContent(png) { Headers = { ContentType = new("image/png") } };
        using HttpResponseMessage expected = await trained.Service.Http.PostAsync(path, raw);
        foreach (HttpContent body in (HttpContent[])[
            new MultipartFormDataContent { { new ByteArrayContent(png), "image" } },
            new ByteArrayContent(png) { Headers = { ContentType = new("image/png") } }])
        {
            using HttpResponseMessage response = await trained.Service.Http.PostAsync($"{path}.png", body);
            Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(await expected.Content.ReadAsByteArrayAsync(), await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Every_type_that_an_operation_answers_with_is_had_by_that_type_with_parameters()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        foreach (Operation operation in (await Operation.All(trained.Service)).Where(operation => operation.Method == HttpMethod.Get))
        {
            foreach (string type in operation.AnswerTypes)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, paths.Of(operation));
                request.Headers.TryAddWithoutValidation("Accept", $"{type}; charset=utf-8, */*;q=0.1");
                using HttpResponseMessage response = await trained.Service.Http.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead);
                Assert.True(response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == type,
                    $"{operation}: {response.StatusCode} {response.Content.Headers.ContentType} in place of {type}");
            }
        }
    }
}
