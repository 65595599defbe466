using System.Diagnostics;
using System.IO.Compression;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AutoencoderApi.Api.Tests.Deploy;

/// <summary>
/// A solution with this repository's build settings, and one project that needs a package with an advisory: the package comes from a
/// folder, the advisory from an audit source that this class serves (the resource VulnerabilityInfo of NuGet's protocol).
/// </summary>
internal sealed class AuditedSolution : IAsyncDisposable
{
    public const string Solution = "Sample.slnx";
    public const string Project = "Sample";
    public const string Package = "Sample.Package";
    private const int High = 2;

    private static readonly string[] s_settings =
    [
        "Directory.Build.props", "Directory.Build.targets", "Directory.Solution.props", "build/Audit.props", "global.json", ".editorconfig",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("audit").FullName;
    private readonly WebApplication _feed;

    private AuditedSolution(WebApplication feed) => _feed = feed;

    public static async Task<AuditedSolution> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication feed = builder.Build();
        string Address(string path) => feed.Urls.Single() + path;
        feed.MapGet("/index.json", () => Json($$"""
            {"version":"3.0.0","resources":[{"@id":"{{Address("/pages")}}","@type":"VulnerabilityInfo/6.7.0"}]}
            """));
        feed.MapGet("/pages", () => Json($$"""
            [{"@name":"all","@id":"{{Address("/all")}}","@updated":"2026-01-01T00:00:00Z"}]
            """));
        feed.MapGet("/all", () => Json($$"""
            {"{{Package.ToLowerInvariant()}}":[{"url":"https://example.org/advisory","severity":{{High}},"versions":"[1.0.0, 2.0.0)"}]}
            """));
        await feed.StartAsync();
        var solution = new AuditedSolution(feed);
        solution.Lay(Address("/index.json"));
        return solution;
    }

    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs a command in the solution's folder, with package folder and caches of its own.</summary>
    /// <returns>The exit status, and standard output followed by standard error.</returns>
    public async Task<(int Status, string Output)> RunAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "packages");
        start.Environment["NUGET_HTTP_CACHE_PATH"] = Path.Combine(_folder, "http-cache");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // no process stays behind
        start.Environment["UseSharedCompilation"] = "false";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static IResult Json(string text) => Results.Text(text, "application/json");

    private void Lay(string auditSource)
    {
        foreach (string file in s_settings)
        {
            Write(file, File.ReadAllText(Path.Combine(Repository.Root, file)));
        }

        Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="packages" value="feed" /></packageSources>
              <auditSources><clear /><add key="audit" value="{auditSource}" allowInsecureConnections="true" /></auditSources>
            </configuration>
            """);
        Write(Solution, $"""<Solution><Project Path="{Project}/{Project}.csproj" /></Solution>""");
        Write($"{Project}/{Project}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="{Package}" Version="1.0.0" /></ItemGroup></Project>
            """);
        WritePackage();
    }

    private void WritePackage()
    {
        string feed = Directory.CreateDirectory(Path.Combine(_folder, "feed")).FullName;
        using ZipArchive package = ZipFile.Open(Path.Combine(feed, $"{Package}.1.0.0.nupkg"), ZipArchiveMode.Create);
        using var nuspec = new StreamWriter(package.CreateEntry($"{Package}.nuspec").Open());
        nuspec.Write($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>{Package}</id><version>1.0.0</version><authors>a</authors><description>Has an advisory.</description></metadata>
            </package>
            """);
    }

    private void Write(string file, string text)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
