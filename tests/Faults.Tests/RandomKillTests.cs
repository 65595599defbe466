using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class RandomKillTests(References references, PostgresServer postgres, Report report)
{
    private const int KillsPerDrill = 5;
    private const int JobsPerDrill = 6;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Jobs_survive_SIGKILL_or_SIGTERM_of_any_process_at_any_moment(string store)
    {
        int drills = Settings.Kills / KillsPerDrill / 2;
        Verdict sum = Verdict.None;
        await Parallel.ForAsync(0, drills, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Settings.Drills / 2) }, async (drill, _) =>
        {
            Verdict verdict = await RunAsync(store, Settings.Seed + drill);
            lock (references)
            {
                sum += verdict;
            }
        });
        report.Expect($"SIGKILL or SIGTERM at a random moment, {store}", sum);
    }

    /// <summary>Submits jobs and kills processes at moments drawn from the seed, both at once, and brings each dead process back.</summary>
    private async Task<Verdict> RunAsync(string store, int seed)
    {
        await using var drill = new Drill($"kill-{store}-{seed}", await Store.CreateAsync(store, postgres));
        Node[] nodes = [.. drill.Store.Roles.Select(role => drill.Start(role))];
        await Task.WhenAll(SubmitAsync(drill, new Random(seed)), KillAsync(drill, nodes, new Random(seed + 1_000_000)));
        return await new Judge(references).JudgeAsync(drill);
    }

    private static async Task SubmitAsync(Drill drill, Random random)
    {
        for (int job = 0; job < JobsPerDrill; job++)
        {
            await drill.SubmitAsync(JobKind.Short[random.Next(JobKind.Short.Length)]);
            await Task.Delay(random.Next(2_000));
        }
    }

    private static async Task KillAsync(Drill drill, Node[] nodes, Random random)
    {
        for (int kill = 0; kill < KillsPerDrill; kill++)
        {
            int victim = random.Next(nodes.Length);
            if (random.Next(4) > 0) // one kill in four may hit a process that is still starting
            {
                await nodes[victim].Listening;
            }

            await Task.Delay(random.Next(4_000));
            await drill.EndAsync(nodes[victim], random.Next(2) == 0 ? "KILL" : "TERM");
            await Task.Delay(random.Next(500));
            nodes[victim] = drill.Start(drill.Store.Roles[victim]);
        }
    }
}
