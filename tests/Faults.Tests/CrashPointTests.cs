using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class CrashPointTests(BaselineRuns baselines, PostgresServer postgres, Report report)
{
    /// <summary>The store, and how the first and the second process end. In the short form each milestone sees both ends on both stores, once.</summary>
    public static TheoryData<string, string, string> Ends => Settings.Long
        ? new() { { "sqlite", "KILL", "KILL" }, { "sqlite", "TERM", "TERM" }, { "postgres", "KILL", "KILL" }, { "postgres", "TERM", "TERM" } }
        : new() { { "sqlite", "KILL", "TERM" }, { "postgres", "TERM", "KILL" } };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Jobs_survive_a_process_that_dies_or_is_stopped_at_any_milestone_the_first_or_a_later_time(string store, string first, string second)
    {
        ScenarioResult sum = ScenarioResult.None;
        await Parallel.ForEachAsync(Crash.Milestones, new ParallelOptions { MaxDegreeOfParallelism = Settings.Drills }, async (milestone, _) =>
        {
            ScenarioResult result = await RunAsync(store, [new(milestone, 1, first), new(milestone, Later(milestone), second)]);
            lock (baselines)
            {
                sum += result;
            }
        });
        report.Expect($"{Word(first)}, then {Word(second)}, at a milestone, {store}", sum);

        static string Word(string end) => end == "KILL" ? "death" : "SIGTERM";
    }

    /// <summary>Two processes end at the milestone one after the other, with jobs submitted to each; a third finishes everything.</summary>
    private async Task<ScenarioResult> RunAsync(string store, Crash[] crashes)
    {
        string milestone = crashes[0].Milestone;
        await using FaultScenario scenario = new FaultScenario($"crash-{store}-{milestone}-{string.Join('-', crashes.Select(crash => crash.By))}", await Store.CreateAsync(store, postgres));
        var submitted = new List<Task>();
        foreach (Crash crash in crashes)
        {
            ServiceNode node = scenario.Start(crash: crash);
            submitted.AddRange(KindsFor(milestone).Select(scenario.SubmitAsync));
            await scenario.AwaitDeathAsync(node, crash);
        }

        scenario.Start();
        await Task.WhenAll(submitted);
        ScenarioResult result = await new ScenarioVerifier(baselines).VerifyAsync(scenario);
        Assert.Equal(4, result.Jobs); // the client that sent its POST again, with the same key, made no second job
        return result;
    }

    private static IEnumerable<JobKind> KindsFor(string milestone) =>
        milestone.StartsWith("draw", StringComparison.Ordinal) ? [JobKind.Draws, JobKind.Draws] : JobKind.Short.Take(2);

    /// <summary>A time that two jobs pass the milestone between them, in the middle of a job where it is passed often.</summary>
    private static int Later(string milestone) => milestone[..milestone.IndexOf('.', StringComparison.Ordinal)] switch
    {
        "step" => 65,
        "metric" or "checkpoint" or "commit" or "evaluate" => 3, // of a job that begins anew the last evaluation
        _ => 2,
    };
}
