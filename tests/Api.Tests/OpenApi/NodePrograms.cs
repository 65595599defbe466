using System.Diagnostics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>The programs of tests/Client, or of another folder, which npm has installed there.</summary>
internal static class NodePrograms
{
    private const string Client = "tests/Client";

    /// <summary>Runs a program in tests/Client to its end.</summary>
    /// <returns>What it has said. The test fails where it fails, and is skipped where the packages are not installed.</returns>
    public static Task<string> Run(string program, params string[] arguments) => RunIn(Client, program, arguments);

    /// <summary>Runs a program in a folder of the repository, or in another one, to its end.</summary>
    /// <returns>What it has said. The test fails where it fails, and is skipped where the packages are not installed.</returns>
    public static Task<string> RunIn(string folder, string program, params string[] arguments)
    {
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Repository.Root, folder, "node_modules")),
            $"The packages of {folder} are missing: ./test installs them where it may, else install node 20.19 or newer and run npm ci "
            + "there.");
        return RunThere(folder, program, arguments);
    }

    /// <summary>Runs dotnet in tests/Client: a tool of its manifest, a build of a generated client, or the client.</summary>
    public static Task<string> RunDotnet(params string[] arguments)
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(Repository.Root, Client, "generated", "dotnet", "project.assets.json")),
            "The .NET tools of tests/Client are missing: ./test installs them where it may, else run dotnet tool restore there, and "
            + "dotnet restore in its folder dotnet.");
        return RunThere(Client, "dotnet", arguments);
    }

    private static async Task<string> RunThere(string folder, string program, string[] arguments)
    {
        StartsProcessesAttribute.Require();
        string path = Path.Combine(Repository.Root, folder);
        var start = new ProcessStartInfo(program.Contains('/') ? Path.Combine(path, program) : program, arguments)
        {
            WorkingDirectory = path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
        return await output;
    }
}
