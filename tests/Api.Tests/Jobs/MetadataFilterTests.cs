using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Jobs;

/// <summary>The lists of jobs and experiments, filtered by pairs and by data set, on both databases.</summary>
[StartsProcesses]
public sealed class MetadataFilterTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const string Settings = "\"steps\":1,\"batchSize\":2,\"warmupSteps\":0,\"channels\":[1,1],\"stopOnCollapse\":false";

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Jobs_are_found_by_all_of_the_pairs_asked_for_and_by_nothing_like_them(string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        string both = await Submit(service, ("team", "vision"), ("stage", "draft")), one = await Submit(service, ("team", "vision")),
            longer = await Submit(service, ("team", "vision2"), ("stage", "draft")), cased = await Submit(service, ("Team", "Vision")),
            empty = await Submit(service, ("team", "")), none = await Submit(service);

        Assert.Equal([one, both], await Found(service, "team:vision"));
        Assert.Equal([both], await Found(service, "team:vision", "stage:draft"));
        Assert.Equal([both], await Found(service, "stage:draft", "team:vision", "team:vision"));
        Assert.Equal([longer], await Found(service, "team:vision2"));
        Assert.Equal([cased], await Found(service, "Team:Vision"));
        Assert.Equal([empty], await Found(service, "team:"));
        Assert.Equal([none, empty, cased, longer, one, both], await Found(service));
        Assert.Empty(await Found(service, "team:visio"));
        Assert.Empty(await Found(service, "eam:vision"));
        Assert.Empty(await Found(service, "team:vision", "team:vision2"));
        Assert.Empty(await Found(service, "team:%"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Any_text_of_a_value_is_found_again(string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        string[] values =
        [
            "http://host:80/?a=b&c", "\"double\" and 'single'", "{\"a\":[1,\\\\2]}", "Größe 😀 数",
            " padded ", "+ %41 %", "a,b", "\ufffe", "NULL",
        ];
        foreach (string value in values)
        {
            string job = await Submit(service, ("note", value), ("same", "in all"));
            Assert.Equal([job], await Found(service, $"note:{value}"));
            Assert.Equal([job], await Found(service, "same:in all", $"note:{value}"));
            Assert.Equal(value, (string?)(await service.Client.Json($"/v1/training-jobs/{job}"))["metadata"]!["note"]);
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Filters_stand_beside_one_another_and_beside_the_cursor(string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        byte[] grey = OwnImages.Idx(OwnImages.Noise(2, 12 * 8 * 8), 12, 8, 8);
        Assert.Equal(HttpStatusCode.Created, (await service.Client.PutForm("own", ("images", grey))).StatusCode);
        var wanted = new Stack<string>();
        for (int i = 0; i < 5; i++)
        {
            wanted.Push(await Submit(service, Body("own", ("kind", "wanted"))));
            await Submit(service, Body("own", ("kind", "other")));
            await Submit(service, Body("synthetic-digits", ("kind", "wanted")));
        }

        const string Path = "/v1/training-jobs?dataset=own&metadata=kind:wanted";
        Assert.Equal(wanted, await Pages(service, Path));
        Assert.Equal(10, (await Pages(service, "/v1/training-jobs?dataset=own")).Count);
        Assert.Empty(await Pages(service, $"{Path}&architecture=dense"));
        Assert.Empty(await Pages(service, "/v1/training-jobs?dataset=mnist"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Experiments_are_found_by_their_own_pairs(string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        var wanted = new Stack<string>();
        for (int i = 0; i < 3; i++)
        {
            wanted.Push(await Create("""{"kind":"wanted","url":"http://a:1"}"""));
            await Create("""{"kind":"other","url":"http://a:1"}""");
        }

        Assert.Equal(wanted, await Pages(service, "/v1/experiments?metadata=kind:wanted"));
        Assert.Equal(wanted, await Pages(service, "/v1/experiments?metadata=url:http://a:1&metadata=kind:wanted"));
        Assert.Empty(await Pages(service, "/v1/experiments?metadata=kind:of+a+job"));

        Task<string> Create(string pairs) => Posted(
            service, "/v1/experiments", $$"""{"metadata":{{pairs}},"jobs":[{{Body("synthetic-digits", ("kind", "of a job"))}}]}""");
    }

    private static string Body(string dataset, params (string Key, string Value)[] pairs) =>
        $$"""{"dataset":"{{dataset}}",{{Settings}},"metadata":{{Json(pairs)}}}""";

    private static string Json((string Key, string Value)[] pairs) =>
        JsonSerializer.Serialize(pairs.ToDictionary(pair => pair.Key, pair => pair.Value));

    private static Task<string> Submit(ServiceProcess service, params (string Key, string Value)[] pairs) =>
        Submit(service, Body("synthetic-digits", pairs));

    private static Task<string> Submit(ServiceProcess service, string body) => Posted(service, "/v1/training-jobs", body);

    private static async Task<string> Posted(ServiceProcess service, string path, string body)
    {
        using HttpResponseMessage response = await service.Client.Post(path, body);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString().Split('/')[^1];
    }

    private static async Task<string[]> Found(ServiceProcess service, params string[] pairs)
    {
        string query = string.Concat(pairs.Select(pair => $"&metadata={Uri.EscapeDataString(pair)}"));
        return Ids(await service.Client.Json($"/v1/training-jobs?limit=200{query}"));
    }

    /// <summary>The ids of a list that is read two by two.</summary>
    private static async Task<List<string>> Pages(ServiceProcess service, string path)
    {
        var ids = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            JsonNode page = await service.Client.Json($"{path}&limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            ids.AddRange(Ids(page));
            cursor = (string?)page["nextCursor"];
        }

        return ids;
    }

    private static string[] Ids(JsonNode page) => [.. page["items"]!.AsArray().Select(item => (string)item!["id"]!)];
}
