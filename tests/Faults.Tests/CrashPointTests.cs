using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class CrashPointTests(BaselineRuns baselines, PostgresServer postgres, Report report)
{
    /// <summary>
    /// The store, and how the first and the second process end. In the short form each milestone sees both ends on both stores,
    /// once.
    /// </summary>
    public static TheoryData<string, string, string> Ends =>
        Settings.Long
            ? new()
            {
                { "sqlite", "KILL", "KILL" },
                { "sqlite", "TERM", "TERM" },
                { "postgres", "KILL", "KILL" },
                { "postgres", "TERM", "TERM" },
            }
            : new() { { "sqlite", "KILL", "TERM" }, { "postgres", "TERM", "KILL" } };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Jobs_survive_a_process_that_dies_or_is_stopped_at_any_milestone_the_first_or_a_later_time(
        string store,
        string first,
        string second)
    {
        ScenarioResult sum = ScenarioResult.None;
        await Parallel.ForEachAsync(Scenarios(), new ParallelOptions { MaxDegreeOfParallelism = Settings.Drills }, async (milestones, _) =>
        {
            Crash[] crashes =
            [
                .. milestones.SelectMany(milestone => (Crash[])[new(milestone, 1, first), new(milestone, Later(milestone), second)]),
            ];
            ScenarioResult result = await RunAsync(store, crashes);
            lock (baselines)
            {
                sum += result;
            }
        });
        report.Expect($"{Word(first)}, then {Word(second)}, at a milestone, {store}", sum);

        static string Word(string end) => end == "KILL" ? "death" : "SIGTERM";
    }

    /// <summary>
    /// The milestones before and after a piece of work share a scenario, and so its last process. Trials of initial weights have their own,
    /// for their jobs are long; and in the long form each milestone has, for a job is given up at the third death that it brings.
    /// </summary>
    private static IEnumerable<string[]> Scenarios() =>
        Crash.Milestones.Chunk(2).SelectMany(pair => Settings.Long || IsOfTrials(pair[0]) ? pair.Chunk(1) : [pair]);

    /// <summary>Processes end at their milestones one after the other, with jobs submitted to each; one more finishes everything.</summary>
    private async Task<ScenarioResult> RunAsync(string store, Crash[] crashes)
    {
        string name = $"crash-{store}-{crashes[0].Milestone}-{string.Join('-', crashes.Select(crash => crash.By))}";
        await using FaultScenario scenario = new FaultScenario(name, await Store.CreateAsync(store, postgres));
        var submitted = new List<Task>();
        foreach (Crash crash in crashes)
        {
            ServiceNode node = scenario.Start(crash: crash);
            submitted.AddRange(KindsFor(crash.Milestone).Select(scenario.SubmitAsync));
            await scenario.AwaitDeathAsync(node, crash);
        }

        scenario.Start();
        await Task.WhenAll(submitted);
        ScenarioResult result = await new ScenarioVerifier(baselines).VerifyAsync(scenario);
        Assert.Equal(2 * crashes.Length, result.Jobs); // the client that sent its POST again, with the same key, made no second job
        return result;
    }

    private static IEnumerable<JobKind> KindsFor(string milestone) =>
        IsOfTrials(milestone) ? [JobKind.Trials, JobKind.Trials] : JobKind.Short.Take(2);

    private static bool IsOfTrials(string milestone) => milestone.StartsWith("trial", StringComparison.Ordinal);

    /// <summary>A time that two jobs pass the milestone between them, in the middle of a job where it is passed often.</summary>
    private static int Later(string milestone) => milestone[..milestone.IndexOf('.', StringComparison.Ordinal)] switch
    {
        "step" => 65,
        "metric" or "checkpoint" or "commit" or "evaluate" => 3, // of a job that begins anew the last evaluation
        _ => 2,
    };
}
