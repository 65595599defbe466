using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Faults.Tests;

/// <summary>Waits for the jobs of a scenario to end and holds each against the same job uninterrupted.</summary>
/// <param name="mayMissFrames">Whether the store was full for a time: frames that found no room are left out of the film.</param>
internal sealed class ScenarioVerifier(BaselineRuns baselines, bool mayMissFrames = false)
{
    public async Task<ScenarioResult> VerifyAsync(FaultScenario scenario)
    {
        string[] shown =
        [
            .. (await scenario.JsonAsync("/v1/training-jobs?limit=100"))["items"]!.AsArray().Select(job => (string)job!["links"]!["self"]!),
        ];
        string[] jobs = [.. shown.Union(scenario.Accepted)];
        ScenarioResult[] results = await Task.WhenAll(jobs.Select(job => OfJobAsync(scenario, job, isShown: shown.Contains(job))));
        ScenarioResult sum = results.Aggregate(ScenarioResult.None, (a, b) => a + b) with
        {
            Faults = scenario.Faults,
            TakeOvers = [.. scenario.Attempts.TakeOvers()],
        };
        return sum with { Complaints = [.. sum.Complaints.Select(complaint => $"{complaint} Log: {scenario.Log.Path}")] };
    }

    private async Task<ScenarioResult> OfJobAsync(FaultScenario scenario, string path, bool isShown)
    {
        ScenarioResult clean = ScenarioResult.None with { Jobs = 1 };
        if (!isShown || await scenario.AwaitAsync(path, FaultScenario.HasEnded) is not { } job)
        {
            return clean with { Lost = 1, Complaints = [isShown ? $"{path} has not ended." : $"{path} was accepted and is not there."] };
        }

        var checkpoints = (await scenario.JsonAsync($"{(string)job["links"]!["checkpoints"]!}&limit=100"))["items"]!.AsArray();
        return clean
            + CountEnds(scenario, job, checkpoints)
            + await CompareAsync(scenario, job)
            + await CheckFilesAsync(scenario, checkpoints);
    }

    private static ScenarioResult CountEnds(FaultScenario scenario, JsonNode job, JsonArray checkpoints)
    {
        // A run that was stopped in its last evaluation has left a checkpoint of the last step without a test loss before.
        int lastCheckpoints = checkpoints.Count(checkpoint => checkpoint!["losses"]!["test"] is not null);
        int successes = scenario.Attempts.Successes((string)job["id"]!);
        return lastCheckpoints > 1 || successes > 1
            ? ScenarioResult.None with
            {
                Twice = 1,
                Complaints = [$"{job["id"]} logged its success {successes} times and has {lastCheckpoints} last checkpoints."],
            }
            : ScenarioResult.None;
    }

    private async Task<ScenarioResult> CompareAsync(FaultScenario scenario, JsonNode job)
    {
        Ending ending = await Ending.OfAsync(scenario, job), expected = await baselines.OfAsync((string)job["name"]!);
        bool isEqual = mayMissFrames
            ? ending with { Frames = "" } == expected with { Frames = "" } && !ending.FrameList.Except(expected.FrameList).Any()
            : ending == expected;
        return isEqual
            ? ScenarioResult.None
            : ScenarioResult.None with
            {
                Differing = 1,
                Complaints = [$"{job["id"]} ended as {ending}, uninterrupted as {expected}. Error: {job["error"]}"],
            };
    }

    private static async Task<ScenarioResult> CheckFilesAsync(FaultScenario scenario, JsonArray checkpoints)
    {
        ScenarioResult result = ScenarioResult.None;
        foreach (JsonNode? checkpoint in checkpoints)
        {
            byte[] file = await scenario.BytesAsync($"/v1/checkpoints/{checkpoint!["id"]}/weights");
            if (Convert.ToHexStringLower(SHA256.HashData(file)) != (string?)checkpoint["sha256"])
            {
                result += ScenarioResult.None with
                {
                    Half = 1,
                    Complaints = [$"Checkpoint {checkpoint["id"]} is not the file of its sha256."],
                };
            }
        }

        return result;
    }
}

/// <summary>How a job ended: equal for two runs that did the same work bit for bit.</summary>
/// <param name="Sha256">Of the last checkpoint's file: weights, Adam's moments, losses and settings.</param>
/// <param name="Losses">Every point of the loss curve, without the times.</param>
/// <param name="Frames">
/// Step and sha256 of every frame of the film, but for those of checkpoints that a process wrote because it was stopped.
/// </param>
internal sealed record Ending(string? Status, string? Sha256, string Losses, string Frames)
{
    public static async Task<Ending> OfAsync(FaultScenario scenario, JsonNode job)
    {
        JsonArray points = (await scenario.JsonAsync((string)job["links"]!["metrics"]!)).AsArray();
        string losses = string.Join(' ', points.Select(point => $"{point!["step"]}:{point["trainLoss"]}/{point["validationLoss"]}"));
        JsonArray film = (await scenario.JsonAsync((string)job["links"]!["film"]!))["frames"]!.AsArray();
        IEnumerable<JsonNode?> planned = film.Where(frame => IsPlanned((int)frame!["step"]!, job["settings"]!));
        string frames = string.Join(' ', planned.Select(frame => $"{frame!["step"]}:{frame["sha256"]}"));
        string? sha256 = job["latestCheckpoint"] is { } latest
            ? (string?)(await scenario.JsonAsync($"/v1/checkpoints/{latest}"))["sha256"]
            : null;
        return new Ending((string?)job["status"], sha256, losses, frames);
    }

    public string[] FrameList => Frames.Split(' ');

    private static bool IsPlanned(int step, JsonNode settings) =>
        step == 0 || (step <= 512 && BitOperations.IsPow2(step))
        || step % (int)settings["checkpointEvery"]! == 0 || step == (int)settings["steps"]!;
}
