using System.Net;
using System.Text.Json;

namespace AutoencoderApi.Api.Tests.Access;

[Collection(TrainedCollection.Name)]
public sealed class HostileNameTests(TrainedService trained)
{
    private const int Count = 500;

    private static readonly string[] s_ways =
    [
        "/v1/training-jobs/{0}",
        "/v1/training-jobs/{0}/metrics",
        "/v1/training-jobs/{0}/loss.png",
        "/v1/training-jobs?name={0}",
        "/v1/checkpoints/{0}",
        "/v1/checkpoints/{0}/weights",
        "/v1/checkpoints/{0}/layers",
        "/v1/checkpoints/{0}/reconstruction",
        "/v1/checkpoints/latest/layers/{0}/tiles",
        "/v1/checkpoints/latest/reconstruction?dataset={0}",
        "/v1/checkpoints/latest/reconstruction?dataset=synthetic-digits&split={0}",
        "/v1/datasets/{0}",
        "/v1/datasets/{0}/test/0.png",
        "/v1/datasets/synthetic-digits/{0}/0.png",
    ];

    [Fact]
    public async Task No_name_becomes_a_path()
    {
        string[] before = Files();
        foreach (string name in Names())
        {
            foreach (string way in s_ways)
            {
                string path = way.Replace("{0}", Escaped(name), StringComparison.Ordinal);
                using HttpResponseMessage response = await Get(path);
                bool isList = way.Contains("?name=", StringComparison.Ordinal);
                Assert.True(
                    isList ? (int)response.StatusCode < 500 : (int)response.StatusCode is >= 400 and < 500,
                    $"{path}: {response.StatusCode}");
                Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            using HttpResponseMessage job = await trained.Service.Post(
                "/v1/training-jobs",
                $$"""{"name":{{JsonSerializer.Serialize(name)}},"steps":1}"""
            );
            Assert.Equal(HttpStatusCode.BadRequest, job.StatusCode);
            using HttpResponseMessage data = await trained.Service.Post(
                "/v1/training-jobs",
                $$"""{"dataset":{{JsonSerializer.Serialize(name)}},"steps":1}"""
            );
            Assert.Equal(HttpStatusCode.BadRequest, data.StatusCode);
        }

        Assert.Equal(before, Files());
    }

    /// <summary>Ways out of a folder, under every spelling that some decoder takes for a dot or a slash.</summary>
    private static IEnumerable<string> Names()
    {
        string[] ups = ["..", "...", "%2e%2e", "%252e%252e", "..;", "\u2025", "\uff0e\uff0e", "..\0", "..%00", "%c0%ae%c0%ae"];
        string[] slashes = ["/", "\\", "%2f", "%5c", "%252f", "//", "/./", "\u2215", "%c0%af", "/\\"];
        string[] targets = ["etc/passwd", "autoencoder.db", "", "datasets/mnist", "appsettings.json\n"];
        return ups.SelectMany(up => slashes.SelectMany(slash => targets.Select(target => up + slash + up + slash + target))).Take(Count);
    }

    private string[] Files() => [.. Directory.GetFileSystemEntries(trained.Folder, "*", SearchOption.AllDirectories).Order()];

    private static string Escaped(string name) => Uri.EscapeDataString(name);

    /// <summary>A request for the path as it stands: .NET's Uri would take dots out of it.</summary>
    private async Task<HttpResponseMessage> Get(string path)
    {
        var uri = new Uri(
            trained.Service.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return await trained.Service.Http.GetAsync(uri);
    }
}
