using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.OpenApi;

namespace AutoencoderApi.Api.Tests.Errors;

/// <summary>Every operation of the OpenAPI document × every kind of error × what the client would accept.</summary>
[Collection(TrainedCollection.Name)]
public sealed class ErrorWalkTests(TrainedService trained)
{
    private const int TooLarge = 2_200_000; // more than every operation takes as JSON

    private HttpClient Client => trained.Service.Http;

    [Fact]
    public async Task Every_error_of_every_operation_is_a_problem_whatever_the_client_accepts()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        int errors = 0;
        foreach (Operation operation in await Operation.All(trained.Service))
        {
            foreach (string? accept in operation.AnswerTypes.Concat(["image/png", "text/csv", null]).Distinct())
            {
                errors += await Walk(operation, paths, accept);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{errors} errors.");
        Assert.InRange(errors, 1_000, int.MaxValue);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("text/csv")]
    [InlineData(null)]
    public async Task A_path_where_nothing_is_is_a_problem_whatever_the_client_accepts(string? accept)
    {
        foreach (string path in (string[])["/nope", "/v1", "/v1/nope", "/v1/training-jobs/a/b/c", "/swagger/nope.css",
            "/openapi/nope.json", "/page/nope.js", "/health/nope"])
        {
            await Expect.Problem(HttpStatusCode.NotFound, await Send(HttpMethod.Get, path, accept));
        }

        await Expect.Problem(HttpStatusCode.MethodNotAllowed, await Send(HttpMethod.Delete, "/openapi/v1.json", accept));
    }

    private async Task<int> Walk(Operation operation, OperationPaths paths, string? accept)
    {
        int errors = 0;
        string there = paths.Of(operation), nowhere = OperationPaths.Nowhere(operation);
        JsonNode unknown = await Error(HttpStatusCode.BadRequest, operation.Method, $"{there}?nope=1");
        Assert.NotNull(unknown["errors"]!["nope"]);
        JsonNode wrongMethod = await Error(HttpStatusCode.MethodNotAllowed, HttpMethod.Patch, there);
        Assert.Contains(operation.Method.Method, (string?)wrongMethod["detail"], StringComparison.Ordinal);
        foreach (OperationParameter query in operation.Queries.Where(
            query => (operation.Id, query.Name) is not ("decodeCode" or "decodeCodePng", "dataset"))) // for networks that need switches
        {
            HttpStatusCode bad = query.Name == "dataset" && operation.Id is not ("listTrainingJobs" or "listEvaluations") // which select
                ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest; // any name may be that of a data set
            await Error(bad, operation.Method, $"{there}?{query.Name}=Not%20such%20a%20value");
            Assert.NotNull((await Error(HttpStatusCode.BadRequest, operation.Method, $"{there}?{query.Name}=1&{query.Name}=1"))[
                "errors"]![query.Name]);
        }

        if (nowhere != there && operation.Bodies is null)
        {
            await Error(HttpStatusCode.NotFound, operation.Method, nowhere);
        }

        if (there.Contains(paths.Job, StringComparison.Ordinal) || there.Contains(paths.Experiment, StringComparison.Ordinal))
        {
            await Error(HttpStatusCode.BadRequest, operation.Method, operation.PathWith(_ => "none"));
        }

        if (operation.Bodies is not null)
        {
            HttpResponseMessage coded = await Answer(
                HttpStatusCode.UnsupportedMediaType, operation.Method, there, Body("{}", "application/json", coding: "gzip"));
            Assert.Equal("identity", coded.Headers.GetValues("Accept-Encoding").Single());
            await Error(HttpStatusCode.UnsupportedMediaType, operation.Method, there, Body("{}", "application/json; charset=x"));
            await Error(HttpStatusCode.UnsupportedMediaType, operation.Method, there, Body("words", "text/plain"));
            await Error(HttpStatusCode.RequestEntityTooLarge, operation.Method, there, Body(new string(' ', TooLarge), "application/json"));
            if (operation.Bodies.ContainsKey("application/json"))
            {
                await Error(HttpStatusCode.BadRequest, operation.Method, there, Body("{", "application/json"));
            }
        }

        return errors;

        async Task<JsonNode> Error(HttpStatusCode status, HttpMethod method, string path, HttpContent? content = null) =>
            JsonNode.Parse(await (await Answer(status, method, path, content)).Content.ReadAsStringAsync())!;

        async Task<HttpResponseMessage> Answer(HttpStatusCode status, HttpMethod method, string path, HttpContent? content)
        {
            HttpResponseMessage response = await Send(method, path, accept, content);
            Assert.True(response.StatusCode == status,
                $"{operation}, {method} {path}, Accept {accept}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            await Expect.Problem(status, response);
            errors++;
            return response;
        }
    }

    private static StringContent Body(string text, string type, string? coding = null)
    {
        var content = new StringContent(text);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (coding is not null)
        {
            content.Headers.ContentEncoding.Add(coding);
        }

        return content;
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? accept, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.ExpectContinue = content?.Headers.ContentLength >= TooLarge;
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        return await Client.SendAsync(request);
    }
}
