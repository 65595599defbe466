using System.Diagnostics;

namespace AutoencoderApi.Tests;

/// <summary>
/// The service that tests start as a process: the one that <c>SERVICE_PROGRAM</c> names. <c>./test</c> names the one that it publishes as
/// for the container, compiled ahead, which starts in a third of the time. Without it, the one built beside the tests, or the last one
/// published.
/// </summary>
internal static class ServiceProgram
{
    private const string Name = "AutoencoderApi.Api.dll";

    private static readonly string s_path = Environment.GetEnvironmentVariable("SERVICE_PROGRAM") ?? Find();

    /// <param name="before">A program with its arguments that starts the service.</param>
    /// <returns>How to start the service, with its output to be read.</returns>
    public static ProcessStartInfo StartInfo(string[] before, params string[] arguments)
    {
        StartsProcessesAttribute.Require();
        string[] command = [.. before, "dotnet", s_path, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // A process of a few seconds gets nothing back for code that measures itself, or for memory that is mapped twice while code is
        // written.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return start;
    }

    private static string Find()
    {
        string built = Path.Combine(AppContext.BaseDirectory, Name);
        return File.Exists(built) ? built : Path.Combine(Repository.Root, "tests", "bin", "service", Name);
    }
}
