using System.Globalization;
using System.Reflection;

namespace AutoencoderApi.Faults.Tests;

/// <summary>When the processes that are started with it are to end: a file that they look for, see tests/CrashHook.</summary>
internal sealed class CrashPlan : IDisposable
{
    private static readonly string s_hook = Path.GetFullPath(
        typeof(CrashPlan).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "CrashHook").Value!);

    private readonly string _path = Path.GetTempFileName();

    public CrashPlan() => Clear();

    public IEnumerable<KeyValuePair<string, string>> Settings => [new("DOTNET_STARTUP_HOOKS", s_hook), new("CRASH_PLAN", _path)];

    /// <summary>Lets the process that runs, or the next one, count how often it passes the fault point from now on.</summary>
    public void Set(Crash crash)
    {
        string whole = _path + ".new";
        File.WriteAllText(whole, string.Create(CultureInfo.InvariantCulture, $"{crash.FaultPoint} {crash.Nth} {crash.By}"));
        File.Move(whole, _path, overwrite: true);
    }

    /// <summary>Lets the next process live.</summary>
    public void Clear() => File.Delete(_path);

    public void Dispose() => Clear();
}
