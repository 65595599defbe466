using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

/// <summary>Evaluations whose processes are killed, held against the same evaluations uninterrupted.</summary>
public sealed class EvaluationKillTests(PostgresServer postgres, Report report)
{
    private const int KillsPerScenario = 5;

    private static readonly string[] s_splits = ["test", "train"];

    [Fact]
    public async Task Evaluations_survive_SIGKILL_or_SIGTERM_of_any_process_at_any_moment()
    {
        Task<Dictionary<string, Evaluated>> expected = UninterruptedAsync();
        int scenarios = Math.Max(2, Settings.Kills / KillsPerScenario); // half of them on each store
        await Parallel.ForAsync(
            0,
            scenarios,
            new ParallelOptions { MaxDegreeOfParallelism = Settings.Drills },
            async (scenario, _) =>
            {
                string store = scenario % 2 == 0 ? "sqlite" : "postgres";
                report.Expect(
                    $"SIGKILL or SIGTERM at a random moment of evaluations, {store}",
                    await RunAsync(store, Settings.Seed + (scenario / 2), expected));
            });
    }

    private static async Task<Dictionary<string, Evaluated>> UninterruptedAsync()
    {
        await using FaultScenario scenario = new FaultScenario("reference-evaluations", new SqliteStore());
        scenario.Start();
        var results = new Dictionary<string, Evaluated>();
        foreach (Wanted wanted in await TrainAsync(scenario))
        {
            string path = await scenario.EvaluateAsync(wanted.Checkpoint, wanted.Split);
            results[wanted.Name] = await Evaluated.OfAsync(scenario, (await scenario.AwaitAsync(path, FaultScenario.HasEnded))!);
            Assert.Equal("succeeded", results[wanted.Name].Status);
        }

        return results;
    }

    /// <summary>Requests evaluations and kills processes at moments drawn from the seed, and restarts them.</summary>
    private async Task<ScenarioResult> RunAsync(string store, int seed, Task<Dictionary<string, Evaluated>> uninterrupted)
    {
        string name = $"kill-evaluations-{store}-{seed}";
        await using FaultScenario scenario = new FaultScenario(name, await Store.CreateAsync(store, postgres));
        ServiceNode[] nodes = [.. scenario.Store.Roles.Select(role => scenario.Start(role))];
        Wanted[] wanted = await TrainAsync(scenario);
        var random = new Random(seed);
        random.Shuffle(wanted);
        Task<(Wanted, string)[]> requests = RequestAsync(scenario, wanted, random);
        await Task.WhenAll(requests, KillAsync(scenario, nodes, new Random(seed + 1_000_000)));
        Dictionary<string, Evaluated> expected = await uninterrupted;
        ScenarioResult[] results = await Task.WhenAll(
            (await requests).Select(each => OfEvaluationAsync(scenario, each.Item2, expected[each.Item1.Name])));
        return results.Aggregate(await ListedAsync(scenario, wanted.Length), (a, b) => a + b) with
        {
            Faults = scenario.Faults,
            TakeOvers = [.. scenario.Attempts.TakeOvers()],
        };
    }

    /// <summary>Trains the networks undisturbed.</summary>
    private static async Task<Wanted[]> TrainAsync(FaultScenario scenario)
    {
        string[] jobs = await Task.WhenAll(JobKind.Narrow.Select(scenario.SubmitAsync));
        var wanted = new List<Wanted>();
        foreach (string path in jobs)
        {
            JsonNode job = (await scenario.AwaitAsync(path, FaultScenario.HasEnded))!;
            Assert.Equal("succeeded", (string?)job["status"]);
            JsonArray checkpoints = (await scenario.JsonAsync((string)job["links"]!["checkpoints"]!))["items"]!.AsArray();
            Assert.Equal(2, checkpoints.Count);
            wanted.AddRange(
                from checkpoint in checkpoints
                from split in s_splits
                select new Wanted($"{job["name"]} {checkpoint["step"]} {split}", (string)checkpoint["id"]!, split));
        }

        return [.. wanted];
    }

    private static async Task<(Wanted, string)[]> RequestAsync(FaultScenario scenario, Wanted[] wanted, Random random)
    {
        var paths = new List<(Wanted, string)>();
        foreach (Wanted each in wanted)
        {
            paths.Add((each, await scenario.EvaluateAsync(each.Checkpoint, each.Split)));
            await Task.Delay(random.Next(1_000));
        }

        return [.. paths];
    }

    /// <summary>Kills a process that is at an evaluation, three times in four; else any, at any moment of its life.</summary>
    private static async Task KillAsync(FaultScenario scenario, ServiceNode[] nodes, Random random)
    {
        for (int kill = 0; kill < KillsPerScenario; kill++)
        {
            int victim = random.Next(4) > 0 ? await BusyAsync(scenario, nodes) ?? random.Next(nodes.Length) : random.Next(nodes.Length);
            await Task.Delay(random.Next(1_500));
            await scenario.EndAsync(nodes[victim], random.Next(2) == 0 ? "KILL" : "TERM");
            nodes[victim] = scenario.Start(scenario.Store.Roles[victim]);
        }
    }

    /// <summary>Waits for a process that is at an evaluation; null where there is none for ten seconds.</summary>
    private static async Task<int?> BusyAsync(FaultScenario scenario, ServiceNode[] nodes)
    {
        for (int look = 0; look < 500; look++)
        {
            if (Array.FindIndex(nodes, scenario.Attempts.IsBusy) is >= 0 and var busy)
            {
                return busy;
            }

            await Task.Delay(20);
        }

        return null;
    }

    private static async Task<ScenarioResult> OfEvaluationAsync(FaultScenario scenario, string path, Evaluated expected)
    {
        ScenarioResult sum = ScenarioResult.None with { Jobs = 1 };
        if (await scenario.AwaitAsync(path, FaultScenario.HasEnded) is not { } ended)
        {
            return sum with { Lost = 1, Complaints = [$"{path} has not ended. Log: {scenario.Log.Path}"] };
        }

        if (scenario.Attempts.Successes((string)ended["id"]!) is > 1 and var successes)
        {
            sum += ScenarioResult.None with
            {
                Twice = 1,
                Complaints = [$"{path} logged its success {successes} times. Log: {scenario.Log.Path}"],
            };
        }

        Evaluated found = await Evaluated.OfAsync(scenario, ended);
        return found == expected
            ? sum
            : sum + ScenarioResult.None with
            {
                Differing = 1,
                Complaints = [$"{path} ended as {found}, uninterrupted as {expected}. Error: {ended["error"]} Log: {scenario.Log.Path}"],
            };
    }

    /// <summary>What is wrong with the number of evaluations that are listed.</summary>
    private static async Task<ScenarioResult> ListedAsync(FaultScenario scenario, int wanted)
    {
        int listed = (await scenario.JsonAsync("/v1/evaluations?limit=100"))["items"]!.AsArray().Count;
        return ScenarioResult.None with
        {
            Lost = Math.Max(0, wanted - listed),
            Twice = Math.Max(0, listed - wanted),
            Complaints = listed == wanted ? [] : [$"{listed} evaluations are listed of {wanted}. Log: {scenario.Log.Path}"],
        };
    }

    /// <summary>An evaluation to be requested.</summary>
    /// <param name="Name">Of the network and the split, the same in every scenario.</param>
    private sealed record Wanted(string Name, string Checkpoint, string Split);

    /// <summary>How an evaluation ended: equal for two that found the same numbers bit for bit.</summary>
    /// <param name="Result">As JSON.</param>
    /// <param name="Losses">Sha256 of the file.</param>
    /// <param name="Map">Sha256 of the places by both methods.</param>
    private sealed record Evaluated(string? Status, string? Result, string? Losses, string? Map)
    {
        public static async Task<Evaluated> OfAsync(FaultScenario scenario, JsonNode evaluation)
        {
            string? status = (string?)evaluation["status"];
            if (status != "succeeded")
            {
                return new Evaluated(status, null, null, null);
            }

            JsonNode links = evaluation["links"]!;
            string map = "";
            foreach (string method in (string[])["pca", "tsne"])
            {
                JsonNode places = await scenario.JsonAsync($"{links["map"]}?method={method}");
                map += places["points"]!.ToJsonString() + places["explainedVariance"]?.ToJsonString();
            }

            return new Evaluated(
                status,
                evaluation["result"]!.ToJsonString(),
                Convert.ToHexStringLower(SHA256.HashData(await scenario.BytesAsync((string)links["losses"]!))),
                Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(map))));
        }
    }
}
