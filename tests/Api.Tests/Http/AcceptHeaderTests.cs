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
