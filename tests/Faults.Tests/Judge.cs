using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Faults.Tests;

/// <summary>Waits for the jobs of a drill to end and holds each against the same job uninterrupted.</summary>
internal sealed class Judge(References references)
{
    public async Task<Verdict> JudgeAsync(Drill drill)
    {
        string[] shown = [.. (await drill.JsonAsync("/v1/training-jobs?limit=100"))["items"]!.AsArray().Select(job => (string)job!["links"]!["self"]!)];
        string[] jobs = [.. shown.Union(drill.Accepted)];
        Verdict[] verdicts = await Task.WhenAll(jobs.Select(job => OfJobAsync(drill, job, isShown: shown.Contains(job))));
        Verdict sum = verdicts.Aggregate(Verdict.None, (a, b) => a + b) with { Faults = drill.Faults, TakeOvers = [.. drill.Attempts.TakeOvers()] };
        return sum with { Complaints = [.. sum.Complaints.Select(complaint => $"{complaint} Log: {drill.Log.Path}")] };
    }

    private async Task<Verdict> OfJobAsync(Drill drill, string path, bool isShown)
    {
        var clean = Verdict.None with { Jobs = 1 };
        if (!isShown || await drill.AwaitAsync(path, Drill.HasEnded) is not { } job)
        {
            return clean with { Lost = 1, Complaints = [isShown ? $"{path} has not ended." : $"{path} was accepted and is not there."] };
        }

        var checkpoints = (await drill.JsonAsync($"{(string)job["links"]!["checkpoints"]!}&limit=100"))["items"]!.AsArray();
        return clean + CountEnds(drill, job, checkpoints) + await CompareAsync(drill, job) + await CheckFilesAsync(drill, checkpoints);
    }

    private static Verdict CountEnds(Drill drill, JsonNode job, JsonArray checkpoints)
    {
        // A run that was stopped in its last evaluation has left a checkpoint of the last step without a test loss before.
        int lastCheckpoints = checkpoints.Count(checkpoint => checkpoint!["losses"]!["test"] is not null);
        int successes = drill.Attempts.Successes((string)job["id"]!);
        return lastCheckpoints > 1 || successes > 1
            ? Verdict.None with { Twice = 1, Complaints = [$"{job["id"]} logged its success {successes} times and has {lastCheckpoints} last checkpoints."] }
            : Verdict.None;
    }

    private async Task<Verdict> CompareAsync(Drill drill, JsonNode job)
    {
        Ending ending = await Ending.OfAsync(drill, job), expected = await references.OfAsync((string)job["name"]!);
        return ending == expected
            ? Verdict.None
            : Verdict.None with { Differing = 1, Complaints = [$"{job["id"]} ended as {ending}, uninterrupted as {expected}. Error: {job["error"]}"] };
    }

    private static async Task<Verdict> CheckFilesAsync(Drill drill, JsonArray checkpoints)
    {
        Verdict verdict = Verdict.None;
        foreach (JsonNode? checkpoint in checkpoints)
        {
            byte[] file = await drill.BytesAsync($"/v1/checkpoints/{checkpoint!["id"]}/weights");
            if (Convert.ToHexStringLower(SHA256.HashData(file)) != (string?)checkpoint["sha256"])
            {
                verdict += Verdict.None with { Half = 1, Complaints = [$"Checkpoint {checkpoint["id"]} is not the file of its sha256."] };
            }
        }

        return verdict;
    }
}

/// <summary>How a job ended: equal for two runs that did the same work bit for bit.</summary>
/// <param name="Sha256">Of the last checkpoint's file: weights, Adam's moments, losses and settings.</param>
/// <param name="Losses">Every point of the loss curve, without the times.</param>
internal sealed record Ending(string? Status, string? Sha256, string Losses)
{
    public static async Task<Ending> OfAsync(Drill drill, JsonNode job)
    {
        JsonArray points = (await drill.JsonAsync((string)job["links"]!["metrics"]!)).AsArray();
        string losses = string.Join(' ', points.Select(point => $"{point!["step"]}:{point["trainLoss"]}/{point["validationLoss"]}"));
        string? sha256 = job["latestCheckpoint"] is { } latest ? (string?)(await drill.JsonAsync($"/v1/checkpoints/{latest}"))["sha256"] : null;
        return new Ending((string?)job["status"], sha256, losses);
    }
}
