using System.Text.RegularExpressions;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Deploy;

[StartsProcesses]
public sealed partial class AuditTests
{
    private const string Warning = $"NU1903: Package '{AuditedSolution.Package}' 1.0.0 has a known high severity vulnerability";

    [Fact]
    public async Task An_advisory_is_a_warning_in_every_build_of_demo_test_and_image_and_fails_the_audit_only()
    {
        await using AuditedSolution solution = await AuditedSolution.StartAsync();
        string[] test = Builds("test"), demo = Builds("demo");
        Assert.Contains(test, line => line.Contains($" {AuditedSolution.Solution} ", StringComparison.Ordinal));
        Assert.Contains(demo, line => line.Contains($" {AuditedSolution.Project} ", StringComparison.Ordinal));
        string image = $"dotnet restore {AuditedSolution.Project} --locked-mode";
        foreach (string line in (string[])[.. test, .. demo, image])
        {
            (int status, string output) = await solution.RunAsync(line);
            Assert.True(status == 0 && output.Contains($"warning {Warning}", StringComparison.Ordinal), $"{line}: {output}");
        }

        string audit = Path.Combine(Repository.Root, "deploy", "audit");
        (int found, string list) = await solution.RunAsync($"{audit} {AuditedSolution.Solution}");
        Assert.Equal(1, found);
        Assert.Contains("NU1903 Sample/Sample.csproj: Package", list, StringComparison.Ordinal);
    }

    /// <summary>A script's lines that build this repository, for the sample in its place.</summary>
    private static string[] Builds(string script) =>
        [.. Build().Matches(File.ReadAllText(Path.Combine(Repository.Root, script))).Select(match => match.Value
            .Replace("AutoencoderApi.sln", AuditedSolution.Solution, StringComparison.Ordinal)
            .Replace("src/Api", AuditedSolution.Project, StringComparison.Ordinal))];

    [GeneratedRegex(@"^ *dotnet build (?:AutoencoderApi\.sln|src/Api) .*$", RegexOptions.Multiline)]
    private static partial Regex Build();
}
