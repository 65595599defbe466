using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>
/// Clients that six generators make of the document, each by its default options, against the service. <c>./test --long clients</c> makes
/// them of the OpenAPI 3.0 document too, and a table.
/// </summary>
[Collection(TrainedCollection.Name)]
[StartsProcesses]
public sealed class GeneratedClientTests(TrainedService trained)
{
    private static readonly Dictionary<string, string> s_expected = new()
    {
        ["submit"] = "strided,zero-unpool,nearest-unpool,switch-unpool",
        ["dense"] = "20,10",
        ["kernelSize"] = "3,3,3,3",
        ["experiment"] = "1",
        ["poll"] = "succeeded,succeeded,succeeded,succeeded,succeeded",
        ["list"] = "6",
        ["checkpoint"] = "strided 2 4",
        ["upload"] = Png(56, 56),
        ["tiles"] = Png(14, 14), // three maps of 7 × 7 in two columns
        ["problem"] =
            "404,urn:autoencoder-api:problem:checkpoint-not-found,urn:autoencoder-api:problem:invalid-fields,steps",
    };

    public static TheoryData<string, string> Clients =>
        [.. from document in (Environment.GetEnvironmentVariable("CLIENTS_OF") ?? "3.1").Split(' ')
            from generator in ClientGenerator.All
            select (generator.Name, document)];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_generated_client_submits_polls_uploads_and_reads_problems(string name, string version)
    {
        ClientGenerator generator = ClientGenerator.All.Single(each => each.Name == name);
        string document = version == "3.0" ? "openapi-3.0.json" : "openapi.json";
        await generator.BuildAsync(Path.Combine(Repository.Root, "docs", document));
        Dictionary<string, string> values = await generator.RunAsync(
            trained.Service.Http.BaseAddress!.ToString().TrimEnd('/'), $"{name}-{version}");
        IEnumerable<string> cells = s_expected.Select(step => values.GetValueOrDefault(step.Key) == step.Value ? "yes" : "**no**");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"| {generator.Title} | {generator.Version} | {version} | {string.Join(" | ", cells)} |");
        Assert.Equal(s_expected.Select(step => $"{step}"), values.Select(step => $"{step}"));
    }

    /// <summary>The first 24 bytes of a PNG of that size (ISO/IEC 15948, sections 5.2 and 11.2.2), in hexadecimal.</summary>
    private static string Png(int width, int height) => $"89504e470d0a1a0a0000000d49484452{width:x8}{height:x8}";
}
