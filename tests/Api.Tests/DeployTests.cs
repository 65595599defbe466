using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

public sealed class DeployTests
{
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
}
