using System.Diagnostics;
using System.Globalization;

/// <summary>
/// Ends its process at a milestone of the service. The runtime calls <see cref="Initialize"/> before the program's own
/// Main where DOTNET_STARTUP_HOOKS names this assembly (docs/design/features/host-startup-hook.md in dotnet/runtime), and
/// wants the class to have this name and no namespace.
/// </summary>
internal static class StartupHook
{
    private const string Source = "AutoencoderApi.Jobs";

    /// <summary>
    /// Reads CRASH_AT, a milestone such as <c>checkpoint.before</c>; CRASH_NTH, the time it is passed, from 1, that is the last; and
    /// CRASH_BY, whether the process is to die at once (<c>KILL</c>) or gets SIGTERM, which it has noticed when the milestone returns.
    /// </summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("CRASH_AT") is { } milestone)
        {
            int nth = int.Parse(Environment.GetEnvironmentVariable("CRASH_NTH") ?? "1", CultureInfo.InvariantCulture);
            DiagnosticListener.AllListeners.Subscribe(new Watch(milestone, nth, Environment.GetEnvironmentVariable("CRASH_BY") == "TERM"));
        }
    }

    private sealed class Watch(string milestone, int nth, bool terminates)
        : IObserver<DiagnosticListener>,
            IObserver<KeyValuePair<string, object?>>
    {
        private static readonly TimeSpan s_notice = TimeSpan.FromMilliseconds(500);

        private int _passed;

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == Source)
            {
                value.Subscribe(this, name => name == milestone);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == milestone && Interlocked.Increment(ref _passed) == nth)
            {
                End();
            }
        }

        private void End()
        {
            if (!terminates)
            {
                Environment.FailFast($"{milestone}, time {nth}");
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
