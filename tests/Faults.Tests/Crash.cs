using System.Globalization;
using System.Reflection;

namespace AutoencoderApi.Faults.Tests;

/// <summary>A process that dies by <c>Environment.FailFast</c> when it passes a milestone for the nth time; see tests/CrashHook.</summary>
internal sealed record Crash(string Milestone, int Nth)
{
    private static readonly string s_hook = BuiltFile.Named("CrashHook");

    /// <summary>Every milestone that the service passes with a job, in order.</summary>
    public static readonly string[] Milestones =
    [
        .. ((string[])["insert", "enqueue", "claim", "step", "metric", "checkpoint", "commit", "finish"])
            .SelectMany(work => (string[])[$"{work}.before", $"{work}.after"]),
    ];

    public IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("DOTNET_STARTUP_HOOKS", s_hook),
        new("CRASH_AT", Milestone),
        new("CRASH_NTH", Nth.ToString(CultureInfo.InvariantCulture)),
    ];
}

/// <summary>Where the build has put what these tests start.</summary>
internal static class BuiltFile
{
    public static string Named(string name) => Path.GetFullPath(
        typeof(BuiltFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!);
}
