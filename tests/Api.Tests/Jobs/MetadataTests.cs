using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.Jobs;

[Collection(TrainedCollection.Name)]
public sealed class MetadataTests(TrainedService trained)
{
    private const string Settings = "\"dataset\":\"synthetic-digits\",\"steps\":1,\"channels\":[1,1],\"stopOnCollapse\":false";

    private ServiceClient Service => trained.Service;

    public static TheoryData<string> BadPairs() => new(
        """{"":"v"}""",
        """{"a:b":"v"}""",
        """{"a b":"v"}""",
        """{"é":"v"}""",
        """{"a\n":"v"}""",
        """{"a\u0000":"v"}""",
        $$$"""{"{{{new string('k', 65)}}}":"v"}""",
        $$$"""{"k":"{{{new string('v', 257)}}}"}""",
        """{"k":"a\u0000b"}""",
        """{"k":"a\nb"}""",
        """{"k":"\u0085"}""",
        Pairs(17));

    public static TheoryData<string> BadFilters() => new(
        "", "team", ":vision", "a b:v", $"{new string('k', 65)}:v", $"k:{new string('v', 257)}", "k:a\0b", "k:a\nb");

    [Fact]
    public async Task The_pairs_of_a_job_come_back_by_key_at_its_creation_and_later()
    {
        string body = $$$"""{{{{Settings}}},"metadata":{"team":"vision","a/b.c_d-E":"","note":"x: \"é\" 😀"}}""";
        using HttpResponseMessage created = await Service.Post("/v1/training-jobs", body);
        string path = created.Headers.Location!.ToString();
        const string Expected = """{"a/b.c_d-E":"","note":"x: \"é\" 😀","team":"vision"}""";
        HasPairs(Expected, JsonNode.Parse(await created.Content.ReadAsStringAsync())!);
        HasPairs(Expected, await Service.Json(path));
        HasPairs("{}", await Service.Json(await Service.Submit($$$"""{{{{Settings}}}}""")));
        HasPairs("{}", await Service.Json(await Service.Submit($$$"""{{{{Settings}}},"metadata":{}}""")));
        HasPairs("{}", await Service.Json(await Service.Submit($$$"""{{{{Settings}}},"metadata":null}""")));
    }

    [Fact]
    public async Task An_experiment_has_its_own_pairs_and_its_jobs_theirs()
    {
        JsonNode experiment = await Created("/v1/experiments", $$$"""
            {"metadata":{"of":"all"},"common":{{{{Settings}}},"metadata":{"of":"common"}},
            "jobs":[{},{"metadata":{"of":"one"}},{"metadata":{}}]}
            """);
        HasPairs("""{"of":"all"}""", experiment);
        HasPairs("""{"of":"all"}""", await Service.Json($"/v1/experiments/{experiment["id"]}"));
        JsonNode listed = (await Service.Json("/v1/experiments"))["items"]!.AsArray().Single(each => Is(each!, experiment))!;
        HasPairs("""{"of":"all"}""", listed);
        JsonNode[] jobs = await Task.WhenAll(experiment["jobs"]!.AsArray().Select(job => Service.Json((string)job!["job"]!)));
        Assert.Equal(["""{"of":"common"}""", """{"of":"one"}""", "{}"], jobs.Select(job => job["metadata"]!.ToJsonString()));

        JsonNode swept = await Created("/v1/experiments", $$$"""
            {"common":{{{{Settings}}}},"grid":{"metadata":[{"of":"first"},{"of":"second"}]}}
            """);
        HasPairs("{}", swept);
        HasPairs("""{"of":"second"}""", await Service.Json((string)swept["jobs"]![1]!["job"]!));
    }

    [Fact]
    public async Task Sixteen_pairs_of_the_longest_keys_and_values_are_stored()
    {
        string value = string.Concat(Enumerable.Repeat("😀", 256)); // characters of two UTF-16 units
        string pairs = $"{{{string.Join(',', Enumerable.Range(0, 16).Select(i => $"\"{new string('k', 62)}{i:00}\":\"{value}\""))}}}";
        JsonNode job = await Created("/v1/training-jobs", $$$"""{{{{Settings}}},"metadata":{{{pairs}}}}""");
        HasPairs(pairs, job);
        HasPairs(Pairs(16), await Created("/v1/experiments", $$$"""{"jobs":[{{{{Settings}}}}],"metadata":{{{Pairs(16)}}}}"""));
        string filter = string.Join('&', Enumerable.Range(0, 16).Select(i => $"metadata=key{i:00}:v"));
        Assert.NotEmpty((await Service.Json($"/v1/experiments?{filter}"))["items"]!.AsArray());
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.BadRequest, await Service.Http.GetAsync($"/v1/experiments?{filter}&metadata=key16:v"));
        Assert.Contains("at most 16 pairs", (string?)problem["errors"]!["metadata"]![0]);
    }

    [Theory]
    [MemberData(nameof(BadPairs))]
    public async Task Pairs_that_break_a_rule_are_refused_wherever_they_stand(string pairs)
    {
        await Refused("/v1/training-jobs", $$$"""{"metadata":{{{pairs}}}}""", "metadata");
        await Refused("/v1/experiments", $$$"""{"jobs":[{}],"metadata":{{{pairs}}}}""", "metadata");
        await Refused("/v1/experiments", $$$"""{"jobs":[{},{"metadata":{{{pairs}}}}]}""", "jobs[1].metadata");
        await Refused("/v1/experiments", $$$"""{"jobs":[{}],"common":{"metadata":{{{pairs}}}}}""", "jobs[0].metadata");
        await Refused("/v1/experiments", $$$"""{"grid":{"metadata":[{{{pairs}}}]}}""", "grid[0].metadata");
    }

    [Theory]
    [InlineData("""{"k":null}""", "metadata")]
    [InlineData("""{"k":1}""", "metadata.k")]
    [InlineData("""{"k":["v"]}""", "metadata.k")]
    [InlineData("""{"k":"\ud800"}""", "metadata.k")]
    [InlineData("""{"\udc00":"v"}""", "metadata")]
    [InlineData("""{"k":"v","k":"w"}""", "metadata.k")]
    [InlineData("""["k:v"]""", "metadata")]
    [InlineData("\"k:v\"", "metadata")]
    public async Task Metadata_that_is_no_object_of_texts_is_refused(string metadata, string field) =>
        await Refused("/v1/training-jobs", $$$"""{"metadata":{{{metadata}}}}""", field);

    [Theory]
    [MemberData(nameof(BadFilters))]
    public async Task A_filter_that_is_no_pair_is_refused_and_told_the_form(string filter)
    {
        foreach (string list in (string[])["/v1/training-jobs", "/v1/experiments"])
        {
            string path = $"{list}?metadata=k:v&metadata={Uri.EscapeDataString(filter)}";
            JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.GetAsync(path));
            Assert.Contains("key:value", (string?)Assert.Single(problem["errors"]!.AsObject()).Value![0]);
        }
    }

    [Fact]
    public async Task Another_parameter_that_is_given_twice_is_still_refused()
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.BadRequest, await Service.Http.GetAsync("/v1/training-jobs?metadata=a:b&dataset=a&dataset=b"));
        Assert.Equal("dataset", Assert.Single(problem["errors"]!.AsObject()).Key);
    }

    [Fact]
    public async Task The_same_key_with_the_same_pairs_in_any_order_makes_one_job_and_with_others_is_refused()
    {
        string key = Guid.NewGuid().ToString();
        using HttpResponseMessage first = await Send("""{"a":"1","b":"2"}"""), again = await Send("""{"b":"2","a":"1"}""");
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Send("""{"a":"1","b":"3"}"""));
        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Send("{}"));

        Task<HttpResponseMessage> Send(string pairs)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/v1/training-jobs")
            {
                Content = new StringContent(
                    $$$"""{{{{Settings}}},"metadata":{{{pairs}}}}""", MediaTypeHeaderValue.Parse("application/json")),
            };
            request.Headers.Add("Idempotency-Key", key);
            return Service.Http.SendAsync(request);
        }
    }

    private static string Pairs(int count) => $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"key{i:00}\":\"v\""))}}}";

    private static bool Is(JsonNode item, JsonNode other) => (string?)item["id"] == (string?)other["id"];

    /// <summary>Compares the order too.</summary>
    private static void HasPairs(string pairs, JsonNode item) => Assert.Equal(
        JsonSerializer.Deserialize<Dictionary<string, string>>(pairs)!.ToArray(),
        item["metadata"].Deserialize<Dictionary<string, string>>()!.ToArray());

    private async Task<JsonNode> Created(string path, string body)
    {
        using HttpResponseMessage response = await Service.Post(path, body);
        string created = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, created);
        return JsonNode.Parse(created)!;
    }

    private async Task Refused(string path, string body, string field)
    {
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Service.Post(path, body));
        Assert.Equal(field, Assert.Single(problem["errors"]!.AsObject()).Key);
    }
}
