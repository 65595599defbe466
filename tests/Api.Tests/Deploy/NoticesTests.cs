using System.Text.Json;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Deploy;

/// <summary>LICENSE and THIRD-PARTY-NOTICES.txt, as the service publishes them.</summary>
public sealed class NoticesTests
{
    private const string License = "LICENSE";
    private const string Notices = "THIRD-PARTY-NOTICES.txt";
    private const string Target = "net10.0/linux-x64";

    /// <summary>Only these are beside the service at run time; they come with every build and with no publish.</summary>
    private const string DesignTime = "Microsoft.EntityFrameworkCore.Design";

    [Theory]
    [InlineData(License)]
    [InlineData(Notices)]
    public void The_service_brings_its_license_and_notices(string file) =>
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, file)), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)));

    [Fact]
    public void Every_package_of_the_lock_file_whose_files_are_published_has_its_entry_with_that_version()
    {
        string notices = File.ReadAllText(Path.Combine(Repository.Root, Notices));
        (string Name, string Version)[] locked = Locked();
        Assert.Contains(locked, package => package.Name == "TorchSharp");
        Assert.DoesNotContain(locked, package => package.Name == DesignTime);
        Assert.All(locked, package => Assert.Contains($"\n{package.Name} {package.Version}\n  licence ", notices, StringComparison.Ordinal));
    }

    [Fact]
    public void The_notices_are_as_the_script_writes_them() =>
        Assert.Equal(
            File.ReadAllText(Path.Combine(Repository.Root, Notices)),
            Python.Run("import runpy, sys; runpy.run_path(sys.argv[1])", Path.Combine(Repository.Root, "deploy", "notices")));

    /// <summary>The packages that projects need at run time, by the lock file's own graph, if their restored folder holds an assembly or a Linux library.</summary>
    private static (string Name, string Version)[] Locked()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "Api", "packages.lock.json")));
        JsonElement targets = file.RootElement.GetProperty("dependencies");
        var packages = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty package in targets.GetProperty("net10.0").EnumerateObject().Concat(targets.GetProperty(Target).EnumerateObject()))
        {
            packages[package.Name] = package.Value;
        }

        var waiting = new Queue<string>(packages.Where(it => IsRoot(it.Key, it.Value)).Select(it => it.Key));
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (waiting.TryDequeue(out string? name))
        {
            if (packages.TryGetValue(name, out JsonElement package) && found.Add(name) && package.TryGetProperty("dependencies", out JsonElement next))
            {
                next.EnumerateObject().ToList().ForEach(it => waiting.Enqueue(it.Name));
            }
        }

        return [.. found.Where(name => IsShipped(name)).Select(name => (name, packages[name].GetProperty("resolved").GetString()!))];
    }
}
