using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class RandomKillTests(BaselineRuns baselines, PostgresServer postgres, Report report)
{
    private const int KillsPerScenario = 5;
    private const int JobsPerScenario = 6;
    private const int PausesPerScenario = 4;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Jobs_survive_SIGKILL_or_SIGTERM_of_any_process_at_any_moment(string store)
    {
        int scenarios = Settings.Kills / KillsPerScenario / 2;
        ScenarioResult sum = ScenarioResult.None;
        await Parallel.ForAsync(
            0,
            scenarios,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Settings.Drills / 2) },
            async (scenario, _) =>
            {
                ScenarioResult result = await RunAsync(store, Settings.Seed + scenario);
                lock (baselines)
                {
                    sum += result;
                }
            });
        report.Expect($"SIGKILL or SIGTERM at a random moment, {store}", sum);
    }

    /// <summary>
    /// Submits jobs, pauses or cancels and resumes some, and kills processes at moments drawn from the seed, all at once, and brings each
    /// dead process back.
    /// </summary>
    private async Task<ScenarioResult> RunAsync(string store, int seed)
    {
        await using FaultScenario scenario = new FaultScenario($"kill-{store}-{seed}", await Store.CreateAsync(store, postgres));
        ServiceNode[] nodes = [.. scenario.Store.Roles.Select(role => scenario.Start(role))];
        await Task.WhenAll(
            SubmitAsync(scenario, new Random(seed)),
            InterruptAsync(scenario, new Random(seed + 2_000_000)),
            KillAsync(scenario, nodes, new Random(seed + 1_000_000)));
        return await new ScenarioVerifier(baselines).VerifyAsync(scenario);
    }

    private static async Task SubmitAsync(FaultScenario scenario, Random random)
    {
        for (int job = 0; job < JobsPerScenario; job++)
        {
            await scenario.SubmitAsync(JobKind.Short[random.Next(JobKind.Short.Length)]);
            await Task.Delay(random.Next(2_000));
        }
    }

    private static async Task InterruptAsync(FaultScenario scenario, Random random)
    {
        for (int pause = 0; pause < PausesPerScenario; pause++)
        {
            await Task.Delay(random.Next(3_000));
            if (scenario.Accepted is { Count: > 0 } jobs)
            {
                await scenario.InterruptAsync(
                    jobs[random.Next(jobs.Count)], random.Next(3) == 0 ? "cancel" : "pause", TimeSpan.FromMilliseconds(random.Next(1_500)));
            }
        }
    }

    private static async Task KillAsync(FaultScenario scenario, ServiceNode[] nodes, Random random)
    {
        for (int kill = 0; kill < KillsPerScenario; kill++)
        {
            int victim = random.Next(nodes.Length);
            if (random.Next(4) > 0) // one kill in four may hit a process that is still starting
            {
                await nodes[victim].Listening;
            }

            await Task.Delay(random.Next(4_000));
            await scenario.EndAsync(nodes[victim], random.Next(2) == 0 ? "KILL" : "TERM");
            await Task.Delay(random.Next(500));
            nodes[victim] = scenario.Start(scenario.Store.Roles[victim]);
        }
    }
}
