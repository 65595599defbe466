using System.Text.RegularExpressions;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

public sealed partial class DeployTests
{
    private const string PostgresConnection = "Store";

    private static readonly Dictionary<string, Type> s_options = new()
    {
        [StoreOptions.Section] = typeof(StoreOptions),
        [DatasetOptions.Section] = typeof(DatasetOptions),
        [AccessOptions.Section] = typeof(AccessOptions),
        [LimitsOptions.Section] = typeof(LimitsOptions),
        [TrainingOptions.Section] = typeof(TrainingOptions),
    };

    [Fact]
    public void The_image_restores_from_the_projects_and_lock_files_that_there_are()
    {
        string root = Repository.Root;
        string[] copied = [.. File.ReadLines(Path.Combine(root, "Dockerfile"))
            .Where(line => line.StartsWith("COPY src/", StringComparison.Ordinal) && line.Contains(".csproj", StringComparison.Ordinal))
            .Order()];

        string[] projects = [.. Directory.GetFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension)
            .Select(name => $"COPY src/{name}/{name}.csproj src/{name}/packages.lock.json src/{name}/")
            .Order()];

        Assert.NotEmpty(projects);
        Assert.Equal(projects, copied);
    }

    [Fact]
    public void Every_setting_that_compose_gives_the_service_is_one_that_it_reads()
    {
        string compose = File.ReadAllText(Path.Combine(Repository.Root, "docker-compose.yml"));
        string[] given =
        [
            .. Setting()
                .Matches(compose[..compose.IndexOf("  postgres:\n    <<", StringComparison.Ordinal)])
                .Select(match => match.Groups[1].Value)
                .Distinct(),
        ];
        Assert.Contains("Access__Keys__0__Hash", given);
        Assert.All(given, name => Assert.True(IsRead(name.Split("__")), $"{name} is read by nobody."));
    }

    internal static bool IsRead(string[] name) => name switch
    {
        ["Role"] or ["ConnectionStrings", PostgresConnection] => true,
        [var telemetry] => telemetry.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal),
        [var section, .. var path] => s_options.TryGetValue(section, out Type? options) && path.Aggregate((Type?)options, Step) is not null,
        _ => false,
    };

    private static Type? Step(Type? type, string name) => type switch
    {
        null => null,
        { IsArray: true } list when int.TryParse(name, out _) => list.GetElementType(),
        _ => type.GetProperty(name)?.PropertyType,
    };

    [GeneratedRegex("^ +([A-Z][A-Za-z0-9_]*):(?: |$)", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
