namespace AutoencoderApi.Faults.Tests;

/// <summary>What a scenario came to. <c>Complaints</c> says in words what the counts are of.</summary>
/// <param name="Faults">Processes killed, and other harm done.</param>
/// <param name="Jobs">Jobs that the service had accepted or shown.</param>
/// <param name="Lost">Jobs that were not there or had not ended when nothing hindered them any more.</param>
/// <param name="Twice">Jobs that ended as succeeded more than once, or wrote their last checkpoint more than once.</param>
/// <param name="Differing">Jobs whose last checkpoint file or losses are not those of the uninterrupted run.</param>
/// <param name="Half">Checkpoints that are listed and whose file is not the one that their sha256 is of.</param>
/// <param name="TakeOvers">Seconds from the death of a job's process to its next attempt.</param>
internal sealed record ScenarioResult(
    int Faults,
    int Jobs,
    int Lost,
    int Twice,
    int Differing,
    int Half,
    IReadOnlyList<double> TakeOvers,
    IReadOnlyList<string> Complaints)
{
    public static readonly ScenarioResult None = new(0, 0, 0, 0, 0, 0, [], []);

    public static ScenarioResult operator +(ScenarioResult a, ScenarioResult b) => new(
        a.Faults + b.Faults,
        a.Jobs + b.Jobs,
        a.Lost + b.Lost,
        a.Twice + b.Twice,
        a.Differing + b.Differing,
        a.Half + b.Half,
        [.. a.TakeOvers, .. b.TakeOvers],
        [.. a.Complaints, .. b.Complaints]);
}
