using System.Globalization;
using System.Reflection;

namespace AutoencoderApi.Faults.Tests;

/// <summary>
/// A process that ends when it passes a milestone for the nth time, by <c>Environment.FailFast</c> or by SIGTERM; see
/// tests/CrashHook.
/// </summary>
/// <param name="By"><c>KILL</c> or <c>TERM</c>.</param>
internal sealed record Crash(string Milestone, int Nth, string By = "KILL")
{
    private static readonly string s_hook = BuiltFile.Named("CrashHook");

    /// <summary>Every milestone that the service passes with a job, in order.</summary>
    public static readonly string[] Milestones =
    [
        .. ((string[])["insert", "enqueue", "claim", "trial", "evaluate", "step", "metric", "checkpoint", "commit", "finish"])
            .SelectMany(work => (string[])[$"{work}.before", $"{work}.after"]),
    ];

    public IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("DOTNET_STARTUP_HOOKS", s_hook),
        new("CRASH_AT", Milestone),
        new("CRASH_BY", By),
        new("CRASH_NTH", Nth.ToString(CultureInfo.InvariantCulture)),
    ];
}

/// <summary>Where the build has put what these tests start.</summary>
internal static class BuiltFile
{
    public static string Named(string name) => Path.GetFullPath(
        typeof(BuiltFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!);
}
