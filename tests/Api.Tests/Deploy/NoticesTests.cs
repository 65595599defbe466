using System.Text.Json;
using System.Text.RegularExpressions;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Deploy;

/// <summary>LICENSE and THIRD-PARTY-NOTICES.txt, as the service publishes them.</summary>
public sealed partial class NoticesTests
{
    private const string License = "LICENSE";
    private const string Notices = "THIRD-PARTY-NOTICES.txt";
    private const string PartsOfPackages = "\nParts of packages";
    private const string Service = "AutoencoderApi.Api";
    private const string Published = "linux-x64";

    /// <summary>The migrations tool's package: beside the service in every build, and in no publish.</summary>
    private const string DesignTime = "Microsoft.EntityFrameworkCore.Design";

    [Theory]
    [InlineData(License)]
    [InlineData(Notices)]
    public void The_service_brings_its_license_and_notices(string file) =>
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, file)), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)));

    [Fact]
    public void Every_package_of_the_lock_file_whose_files_are_published_has_its_entry_with_that_version()
    {
        string[] published = PublishedPackages();
        Assert.Contains("TorchSharp", published);
        Assert.Contains("libtorch-cpu-linux-x64", published);
        Assert.DoesNotContain("Humanizer.Core", published); // of the migrations tool
        Dictionary<string, string> locked = LockedVersions();
        IEnumerable<string> expected = published.Select(name => $"{name} {locked[name]}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), Listed().Order(StringComparer.Ordinal));
    }

    [Fact]
    [StartsProcesses]
    public void The_notices_are_as_the_script_writes_them()
    {
        string script = Path.Combine(Repository.Root, "deploy", "notices");
        string written = Python.Run("import runpy, sys; runpy.run_path(sys.argv[1])", script);
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, Notices)), written);
    }

    /// <summary>The packages that the notices list: name and version.</summary>
    internal static string[] Listed()
    {
        string notices = File.ReadAllText(Path.Combine(Repository.Root, Notices));
        string packages = notices[..notices.IndexOf(PartsOfPackages, StringComparison.Ordinal)];
        return [.. Entry().Matches(packages).Select(match => match.Groups[1].Value)];
    }

    /// <summary>The packages that the service refers to and that give a file to its publish, by the host's own list of files.</summary>
    private static string[] PublishedPackages()
    {
        using JsonDocument host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{Service}.deps.json")));
        JsonElement libraries = host.RootElement.GetProperty("targets").EnumerateObject().Single().Value;
        Dictionary<string, JsonElement> byName = libraries.EnumerateObject().ToDictionary(it => it.Name.Split('/')[0], it => it.Value);
        var waiting = new Queue<string>([Service]);
        var found = new HashSet<string> { DesignTime };
        while (waiting.TryDequeue(out string? name))
        {
            if (found.Add(name) && byName[name].TryGetProperty("dependencies", out JsonElement next))
            {
                next.EnumerateObject().ToList().ForEach(it => waiting.Enqueue(it.Name));
            }
        }

        return [.. found.Where(name => name != DesignTime && !IsOurs(name) && HasFiles(byName[name]))];
    }

    private static bool IsOurs(string name) => name.StartsWith("AutoencoderApi.", StringComparison.Ordinal);

    private static bool HasFiles(JsonElement library) => library.TryGetProperty("runtime", out _) || library.TryGetProperty("native", out _)
        || (library.TryGetProperty("runtimeTargets", out JsonElement files) && files.EnumerateObject().Any(IsPublished));

    private static bool IsPublished(JsonProperty file) => file.Value.GetProperty("rid").GetString() == Published;

    private static Dictionary<string, string> LockedVersions()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "Api", "packages.lock.json")));
        JsonElement packages = file.RootElement.GetProperty("dependencies").GetProperty("net10.0");
        return packages.EnumerateObject()
            .Where(package => package.Value.TryGetProperty("resolved", out _))
            .ToDictionary(package => package.Name, package => package.Value.GetProperty("resolved").GetString()!);
    }

    [GeneratedRegex(@"^(\S+ \S+)\n  licence ", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
