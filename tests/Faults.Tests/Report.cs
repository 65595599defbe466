using System.Globalization;

[assembly: AssemblyFixture(typeof(AutoencoderApi.Faults.Tests.Report))]

namespace AutoencoderApi.Faults.Tests;

/// <summary>The table of docs/testing.md: a row for each kind of fault, written beside the scenario logs when all are done.</summary>
public sealed class Report : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, ScenarioResult> _rows = new(StringComparer.Ordinal);

    /// <summary>Adds a scenario to its row, and fails the test where anything was lost, done twice, or came out otherwise.</summary>
    internal void Expect(string row, ScenarioResult result)
    {
        lock (_lock)
        {
            _rows[row] = _rows.GetValueOrDefault(row, ScenarioResult.None) + result;
        }

        Assert.Empty(result.Complaints);
    }

    public void Dispose() =>
        File.WriteAllLines(
            Path.Combine(Directory.CreateDirectory(FaultScenarioLog.Folder).FullName, "report.md"),
            [
                "| fault | faults | jobs | lost | finished twice | runs that differ | half checkpoints | seconds to take over: min, "
                + "median, max |",
                "|---|---|---|---|---|---|---|---|",
                .. _rows.Select(row => Line(row.Key, row.Value)),
            ]);

    private static string Line(string row, ScenarioResult sum)
    {
        double[] seconds = [.. sum.TakeOvers.Order()];
        string spread =
            seconds.Length == 0
                ? "–"
                : string.Create(CultureInfo.InvariantCulture, $"{seconds[0]:0.0}, {seconds[seconds.Length / 2]:0.0}, {seconds[^1]:0.0}");
        return $"| {row} | {sum.Faults} | {sum.Jobs} | {sum.Lost} | {sum.Twice} | {sum.Differing} | {sum.Half} | {spread} |";
    }
}
