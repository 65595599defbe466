using System.Collections.Concurrent;
using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class CrashPointTests(BaselineRuns baselines, PostgresServer postgres, Report report)
{
    private const int FaultPointsPerChain = 4;

    /// <summary>How the first and the second process end. In the short form each fault point sees both ends on both stores, once.</summary>
    public static TheoryData<string, string> Ends => Settings.Long
        ? new() { { "KILL", "TERM" }, { "KILL", "KILL" }, { "TERM", "TERM" } }
        : new() { { "KILL", "TERM" } };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Jobs_survive_a_process_that_dies_or_is_stopped_at_any_fault_point_the_first_or_a_later_time(
        string first, string second)
    {
        var sums = new ConcurrentDictionary<string, ScenarioResult>();
        var chains =
            from faultPoints in Crash.FaultPoints.Chunk(FaultPointsPerChain)
            from chain in (Chain[])[new("sqlite", faultPoints, first, second), new("postgres", faultPoints, second, first)]
            select chain;
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = Settings.Drills };
        await Parallel.ForEachAsync(chains, atOnce, async (chain, _) =>
        {
            ScenarioResult result = await RunAsync(chain);
            sums.AddOrUpdate(chain.Row, result, (_, sum) => sum + result);
        });
        foreach ((string row, ScenarioResult sum) in sums)
        {
            report.Expect(row, sum);
        }
    }

    /// <summary>
    /// At each fault point two processes end one after the other, with jobs submitted to each; a third finishes everything, and is the
    /// first at the next fault point.
    /// </summary>
    private async Task<ScenarioResult> RunAsync(Chain chain)
    {
        await using FaultScenario scenario = new FaultScenario(chain.Name, await Store.CreateAsync(chain.Store, postgres));
        using var plan = new CrashPlan();
        ServiceNode node = scenario.Start(plan: plan);
        var submitted = new List<Task<string>>();
        foreach (string faultPoint in chain.FaultPoints)
        {
            foreach (Crash crash in (Crash[])[new(faultPoint, 1, chain.First), new(faultPoint, Later(faultPoint), chain.Second)])
            {
                plan.Set(crash);
                submitted.AddRange(KindsFor(faultPoint).Select(scenario.SubmitAsync));
                await scenario.AwaitDeathAsync(node, crash);
                plan.Clear();
                node = scenario.Start(plan: plan);
            }

            foreach (string job in await Task.WhenAll(submitted))
            {
                await scenario.AwaitAsync(job, FaultScenario.HasEnded);
            }
        }

        ScenarioResult result = await new ScenarioVerifier(baselines).VerifyAsync(scenario);
        Assert.Equal(submitted.Count, result.Jobs); // the client that sent its POST again, with the same key, made no second job
        return result;
    }

    private static IEnumerable<JobKind> KindsFor(string faultPoint) =>
        faultPoint.StartsWith("trial", StringComparison.Ordinal) ? [JobKind.Trials, JobKind.Trials] : JobKind.Short.Take(2);

    /// <summary>A time that two jobs pass the fault point between them, in the middle of a job where it is passed often.</summary>
    private static int Later(string faultPoint) => faultPoint[..faultPoint.IndexOf('.', StringComparison.Ordinal)] switch
    {
        "step" => 65,
        "frame" => 5, // of a job that begins anew a frame that it had before
        "metric" or "checkpoint" or "commit" or "evaluate" => 3, // of a job that begins anew the last evaluation
        _ => 2,
    };

    private sealed record Chain(string Store, string[] FaultPoints, string First, string Second)
    {
        public string Name => $"crash-{Store}-{FaultPoints[0]}-{First}-{Second}";

        public string Row => $"{Word(First)}, then {Word(Second)}, at a fault point, {Store}";

        private static string Word(string end) => end == "KILL" ? "death" : "SIGTERM";
    }
}
