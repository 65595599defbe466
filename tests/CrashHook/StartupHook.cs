using System.Diagnostics;
using System.Globalization;

/// <summary>
/// Kills its process at a milestone of the service. The runtime calls <see cref="Initialize"/> before the program's own
/// Main where DOTNET_STARTUP_HOOKS names this assembly (docs/design/features/host-startup-hook.md in dotnet/runtime), and
/// wants the class to have this name and no namespace.
/// </summary>
internal static class StartupHook
{
    private const string Source = "AutoencoderApi.Jobs";

    /// <summary>Reads CRASH_AT, a milestone such as <c>checkpoint.before</c>, and CRASH_NTH: the time it is passed, from 1, that is the last.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("CRASH_AT") is { } milestone)
        {
            int nth = int.Parse(Environment.GetEnvironmentVariable("CRASH_NTH") ?? "1", CultureInfo.InvariantCulture);
            DiagnosticListener.AllListeners.Subscribe(new Watch(milestone, nth));
        }
    }

    private sealed class Watch(string milestone, int nth) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
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
                Environment.FailFast($"{milestone}, time {nth}");
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
