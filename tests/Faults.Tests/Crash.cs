namespace AutoencoderApi.Faults.Tests;

/// <summary>The end of a process at a fault point that it passes for the nth time, by <c>Environment.FailFast</c> or by SIGTERM.</summary>
/// <param name="By"><c>KILL</c> or <c>TERM</c>.</param>
internal sealed record Crash(string FaultPoint, int Nth, string By = "KILL")
{
    /// <summary>Every fault point that the service passes with a job, in order.</summary>
    public static readonly string[] FaultPoints =
    [
        .. ((string[])["insert", "enqueue", "claim", "trial", "frame", "evaluate", "step", "metric", "checkpoint", "commit", "finish"])
            .SelectMany(work => (string[])[$"{work}.before", $"{work}.after"]),
    ];
}
