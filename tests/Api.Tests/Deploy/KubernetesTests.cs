using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.OpenApi;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Deploy;

/// <summary>deploy/kubernetes as kustomize builds it, and held to Kubernetes's schemas, by tests/Client/manifests.js.</summary>
[StartsProcesses]
public sealed class KubernetesTests
{
    private const int ImageUser = 1654;

    private static readonly string[] s_kinds =
        ["Deployment", "Deployment", "NetworkPolicy", "PersistentVolumeClaim", "ScaledObject", "Secret", "Service"];

    [Fact]
    public async Task Every_manifest_is_valid_hardened_and_names_what_there_is()
    {
        JsonNode[] manifests = await BuildAsync();
        Assert.Equal(s_kinds, manifests.Select(Kind).Order());
        JsonNode[] pods = [.. manifests.Where(it => Kind(it) == "Deployment").Select(it => it["spec"]!["template"]!)];
        Assert.All(pods, pod => AssertHardened(pod["spec"]!));
        IEnumerable<JsonNode> labels = pods.Select(pod => pod["metadata"]!["labels"]!);
        Assert.All(manifests.SelectMany(Selectors), selector => Assert.Contains(labels, of => Matches(selector, of)));

        IEnumerable<string> environment = pods.SelectMany(pod => Names(Container(pod["spec"]!)["env"]));
        IEnumerable<string> secret = manifests.Single(it => Kind(it) == "Secret")["data"]!.AsObject().Select(it => it.Key);
        Assert.All(environment.Concat(secret), name => Assert.True(DeployTests.IsRead(name.Split("__")), $"{name} is read by nobody."));
    }

    /// <summary>As x-hardened and the service in docker-compose.yml.</summary>
    private static void AssertHardened(JsonNode pod)
    {
        Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal(ImageUser, (int)pod["securityContext"]!["runAsUser"]!);
        Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
        JsonNode container = Container(pod), context = container["securityContext"]!;
        Assert.True((bool)context["readOnlyRootFilesystem"]!);
        Assert.False((bool)context["allowPrivilegeEscalation"]!);
        Assert.Equal("ALL", (string)context["capabilities"]!["drop"]![0]!);
        Assert.Equal(["data", "tmp"], Names(pod["volumes"]));
        Assert.Equal(["data", "tmp"], Names(container["volumeMounts"]));
        Assert.All(["startupProbe", "livenessProbe", "readinessProbe"], probe => Assert.NotNull(container[probe]!["httpGet"]));
    }

    private static IEnumerable<JsonNode> Selectors(JsonNode manifest) => Kind(manifest) switch
    {
        "Service" => [manifest["spec"]!["selector"]!],
        "NetworkPolicy" => [manifest["spec"]!["podSelector"]!["matchLabels"]!],
        "Deployment" => [manifest["spec"]!["selector"]!["matchLabels"]!],
        _ => [],
    };

    private static bool Matches(JsonNode selector, JsonNode labels) =>
        selector.AsObject().All(label => (string?)labels[label.Key] == (string?)label.Value);

    private static string Kind(JsonNode manifest) => (string)manifest["kind"]!;

    private static JsonNode Container(JsonNode pod) => Assert.Single(pod["containers"]!.AsArray())!;

    private static IEnumerable<string> Names(JsonNode? list) => list!.AsArray().Select(it => (string)it!["name"]!).Order();

    private static async Task<JsonNode[]> BuildAsync()
    {
        string folder = Directory.CreateTempSubdirectory("kubernetes").FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "kubernetes")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.Copy(Path.Combine(folder, "secret.env.example"), Path.Combine(folder, "secret.env"), overwrite: true);
        string built = await NodePrograms.Run("node", "manifests.js", folder);
        Directory.Delete(folder, recursive: true);
        return [.. built.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
