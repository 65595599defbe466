using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.OpenApi;

namespace AutoencoderApi.Api.Tests.Http;

[Collection(TrainedCollection.Name)]
public sealed class JsonBodyTests(TrainedService trained)
{
    /// <summary>All that JSON allows in a place where something else is meant, and some that it does not.</summary>
    private static readonly string[] s_values =
    [
        "null", "[null]", "[[null]]", "{}", "{\"a\":null}", "[]", "[{}]", "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "[\"\\ud800\"]",
            "{\"\\ud800\":1}", "{\"a\":\"\\udfff\"}", "\"\\u0000\"", "\"\u00ff\"", "true", "-1", "0.5",
        "1e999", "-1e999", "1e-999", "99999999999999999999", "2147483648", "[1e999]", "\"NaN\"", "NaN",
            "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "01", "{\"a\":1,\"a\":2}",
    ];

    [Fact]
    public async Task Whatever_JSON_stands_in_whatever_field_the_answer_is_no_fault_of_the_service()
    {
        OperationPaths paths = await OperationPaths.On(trained);
        int asked = 0;
        foreach (Operation operation in (await Operation.All(trained.Service))
            .Where(operation => operation.Bodies?.ContainsKey("application/json") is true))
        {
            JsonObject schema = operation.Resolve(operation.Bodies!["application/json"]!["schema"]!.AsObject());
            string path = operation.Id == "putTag" ? "/v1/tags/hostile" : paths.Of(operation);
            foreach (string body in Bodies(operation, schema))
            {
                asked++;
                using var request = new HttpRequestMessage(operation.Method, path) { Content = Json(body) };
                using HttpResponseMessage response = await trained.Service.Http.SendAsync(request);
                Assert.True((int)response.StatusCode < 500, $"{operation} with {body}: {(int)response.StatusCode}");
                if (!response.IsSuccessStatusCode)
                {
                    await Expect.Problem(response.StatusCode, response);
                }
                else if (response is { StatusCode: HttpStatusCode.Accepted, Headers.Location: { } made })
                {
                    await trained.Service.Post($"{made}/cancel", "");
                }
            }
        }

        Assert.InRange(asked, 1_000, int.MaxValue);
    }

    [Theory]
    [InlineData("""{"jobs":[null]}""", "jobs[0]")]
    [InlineData("""{"jobs":[{},null,{}]}""", "jobs[1]")]
    [InlineData("""{"grid":{"name":["\ud800"]}}""", "grid.name[0]")]
    [InlineData("""{"grid":{"channels":[[1,"\udc00"]]}}""", "grid.channels[0]")]
    [InlineData("""{"jobs":[{"channels":[1,null]}]}""", "jobs[0].channels[1]")]
    [InlineData("""{"common":{"learningRate":1e999},"jobs":[{}]}""", "common.learningRate")]
    [InlineData("""{"grid":{"learningRate":[-1e999]}}""", "grid[0].learningRate")]
    [InlineData("""{"grid":{"seed":[null]},"common":null,"jobs":[null]}""", "jobs")]
    public async Task What_is_no_job_in_an_experiment_is_told_by_its_place(string body, string field)
    {
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await trained.Service.Post("/v1/experiments", body));
        Assert.Equal(field, Assert.Single(problem["errors"]!.AsObject()).Key);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("utf-7")]
    [InlineData("utf-8x")]
    [InlineData("\"\"")]
    [InlineData("\"utf 8\"")]
    [InlineData("none")]
    public async Task JSON_in_an_unknown_charset_is_415_wherever_JSON_is_taken(string charset)
    {
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])
            [(HttpMethod.Post, "/v1/training-jobs"), (HttpMethod.Post, "/v1/experiments"), (HttpMethod.Put, "/v1/tags/a"),
                (HttpMethod.Post, "/v1/checkpoints/latest/reconstruction"), (HttpMethod.Post, "/v1/checkpoints/latest/decode")])
        {
            using var request = new HttpRequestMessage(method, path) { Content = Json("{}") };
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
            using HttpResponseMessage response = await trained.Service.Http.SendAsync(request);
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnsupportedMediaType, response);
            Assert.Contains("charset", (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", "utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"", "utf-8")]
    [InlineData("application/json; Charset=us-ascii; indent=2", "us-ascii")]
    [InlineData("application/json; charset=utf-16", "utf-16")]
    [InlineData("application/vnd.api+json; charset=utf-8", "utf-8")]
    [InlineData("application/json", "utf-8")]
    public async Task JSON_in_a_known_charset_is_read(string type, string encoding)
    {
        using var content = new ByteArrayContent(Encoding.GetEncoding(encoding).GetBytes("""{"steps":0}"""));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest,
            await trained.Service.Http.PostAsync("/v1/training-jobs", content));
        Assert.NotNull(problem["errors"]!["steps"]);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("identity, br", true)]
    [InlineData("identity", false)]
    [InlineData("", false)]
    public async Task A_body_in_a_content_coding_is_415_and_the_answer_names_the_one_that_there_is(string coding, bool isRefused)
    {
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])
            [(HttpMethod.Post, "/v1/training-jobs"), (HttpMethod.Put, "/v1/datasets/coded"), (HttpMethod.Post, "/v1/checkpoints"),
                (HttpMethod.Post, "/v1/checkpoints/latest/encode"), (HttpMethod.Post, "/v1/checkpoints/latest/decode"),
                (HttpMethod.Put, "/v1/tags/a")])
        {
            using var request = new HttpRequestMessage(method, path) { Content = Json("{") };
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
            using HttpResponseMessage response = await trained.Service.Http.SendAsync(request);
            Assert.Equal(isRefused, response.Headers.TryGetValues("Accept-Encoding", out IEnumerable<string>? accepted)
                && accepted.Single() == "identity");
            await Expect.Problem(isRefused ? HttpStatusCode.UnsupportedMediaType : response.StatusCode, response);
        }
    }

    private static StringContent Json(string body) => new(body, MediaTypeHeaderValue.Parse("application/json"));

    /// <summary>Each value as the whole body, in each field, in each field of the objects in it, and as another one's name.</summary>
    private static IEnumerable<string> Bodies(Operation operation, JsonObject schema)
    {
        foreach (string value in s_values)
        {
            yield return value;
            foreach ((string field, JsonNode? described) in schema["properties"]!.AsObject())
            {
                yield return $$$"""{"{{{field}}}":{{{value}}}}""";
                yield return $$$"""{"{{{field}}}":[{{{value}}}]}""";
                JsonObject inner = operation.Resolve((described!["oneOf"]?[0] ?? described["items"] ?? described).AsObject());
                foreach (string more in inner["properties"]?.AsObject().Select(one => one.Key)
                    ?? (inner["type"]?.ToJsonString().Contains("object", StringComparison.Ordinal) is true ? ["seed", "name"] : []))
                {
                    yield return described["items"] is null ? $$$"""{"{{{field}}}":{"{{{more}}}":{{{value}}}}}"""
                        : $$$"""{"{{{field}}}":[{"{{{more}}}":{{{value}}}}]}""";
                    yield return $$$"""{"{{{field}}}":{"{{{more}}}":[{{{value}}}]}}""";
                }
            }
        }

        yield return """{"\ud800":1}""";
        yield return "\ufeff{}";
        yield return "";
    }
}
