using System.Diagnostics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>The programs of tests/Client, or of another folder, which npm has installed there.</summary>
internal static class NodePrograms
{
    /// <summary>Runs a program in tests/Client to its end.</summary>
    /// <returns>What it has said. The test fails where it fails, and is skipped where the packages are not installed.</returns>
    public static Task<string> Run(string program, params string[] arguments) => RunIn("tests/Client", program, arguments);

    /// <summary>Runs a program in a folder of the repository, or in another one, to its end.</summary>
    /// <returns>What it has said. The test fails where it fails, and is skipped where the packages are not installed.</returns>
    public static async Task<string> RunIn(string folder, string program, params string[] arguments)
    {
        StartsProcessesAttribute.Require();
        string path = Path.Combine(Repository.Root, folder);
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(path, "node_modules")),
            $"The packages of {folder} are missing: ./test installs them where it may, else install node 18 or newer and run npm ci there.");
        var start = new ProcessStartInfo(program, arguments)
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
