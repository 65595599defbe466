using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.OpenApi;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Deploy;

[StartsProcesses]
public sealed class SbomTests
{
    [Fact]
    public async Task The_bill_of_materials_fits_its_schema_and_lists_every_package_of_the_notices()
    {
        string bill = Python.Run("import runpy, sys; runpy.run_path(sys.argv[1])", Path.Combine(Repository.Root, "deploy", "sbom"));
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, bill);
        await NodePrograms.Run("node", "sbom.js", file);
        File.Delete(file);

        JsonNode[] components = [.. JsonNode.Parse(bill)!["components"]!.AsArray().Select(it => it!)];
        Assert.All(NoticesTests.Listed(), package => Assert.Contains(components, it => $"{it["name"]} {it["version"]}" == package));
        Assert.All(components, it => Assert.NotEmpty(it["licenses"]!.AsArray()));
    }
}
