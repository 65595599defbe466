using System.Diagnostics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>The programs of tests/Client, which npm has installed there.</summary>
internal static class NodePrograms
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Client");

    /// <summary>Runs a program there to its end.</summary>
    /// <returns>What it has said. The test fails where it fails, and is skipped where the packages are not installed.</returns>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        StartsProcessesAttribute.Require();
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(s_folder, "node_modules")),
            "The packages of tests/Client are missing: ./test installs them where it may, else install node 18 or newer and run npm ci "
            + "there."
        );
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = s_folder,
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
