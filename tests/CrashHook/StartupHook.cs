using System.Diagnostics;
using System.Globalization;

/// <summary>
/// Ends its process at a fault point of the service. The runtime calls <see cref="Initialize"/> before the program's own
/// Main where DOTNET_STARTUP_HOOKS names this assembly (docs/design/features/host-startup-hook.md in dotnet/runtime), and
/// wants the class to have this name and no namespace.
/// </summary>
internal static class StartupHook
{
    private const string Source = "AutoencoderApi.Jobs";

    /// <summary>
    /// From the moment that the file named by CRASH_PLAN is there, the process counts how often it passes the fault point in it. The file
    /// holds the fault point, such as <c>checkpoint.before</c>; the time it is passed, from 1, that is the last; and whether the process is
    /// to die at once (<c>KILL</c>) or gets SIGTERM (<c>TERM</c>), which it has noticed when the fault point returns.
    /// </summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("CRASH_PLAN") is { } path)
        {
            DiagnosticListener.AllListeners.Subscribe(new Watch(path));
        }
    }

    private sealed record Plan(string FaultPoint, int Nth, bool Terminates)
    {
        public static Plan? Read(string path) =>
            File.Exists(path) && File.ReadAllText(path).Split(' ') is [string faultPoint, string nth, string by]
                ? new Plan(faultPoint, int.Parse(nth, CultureInfo.InvariantCulture), by == "TERM")
                : null;
    }

    private sealed class Watch(string path) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        private static readonly TimeSpan s_notice = TimeSpan.FromMilliseconds(500);

        private volatile Plan? _plan;
        private int _passed;

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == Source)
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if ((_plan ??= Plan.Read(path)) is { } plan && value.Key == plan.FaultPoint && Interlocked.Increment(ref _passed) == plan.Nth)
            {
                End(plan);
            }
        }

        private static void End(Plan plan)
        {
            if (!plan.Terminates)
            {
                Environment.FailFast($"{plan.FaultPoint}, time {plan.Nth}");
            }

            using Process kill = Process.Start("kill", ["-TERM", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            Thread.Sleep(s_notice);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
