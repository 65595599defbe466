using System.Diagnostics;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>What ./demo shows of a job, from the answers that the service gives.</summary>
[Collection(TrainedCollection.Name)]
[StartsProcesses]
public sealed class DemoTests(TrainedService trained)
{
    [Fact]
    public async Task A_job_without_an_evaluation_is_shown_without_a_loss_and_an_ended_one_with_its_own()
    {
        using HttpResponseMessage made = await trained.Service.Post(
            "/v1/training-jobs", """{"dataset":"synthetic-digits","steps":20,"evaluateEvery":20,"checkpointEvery":20}""");
        string fresh = await Shown(await made.Content.ReadAsStringAsync());
        Assert.Contains("  0 %", fresh, StringComparison.Ordinal);
        Assert.DoesNotContain("loss", fresh, StringComparison.Ordinal);
        Assert.DoesNotContain("to go", fresh, StringComparison.Ordinal);

        string self = made.Headers.Location!.ToString();
        JsonNode job = await trained.Service.Await(self, job => (string?)job["status"] == "succeeded");
        string ended = await Shown(await trained.Service.Http.GetStringAsync(self));
        Assert.Contains($"validation loss {(double)job["loss"]!["validation"]!:F6}", ended, StringComparison.Ordinal);
        Assert.Contains("100 %", ended, StringComparison.Ordinal);
    }

    private static async Task<string> Shown(string job)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", ". build/progress.sh; progress \"$1\"", "progress", job])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using Process bash = Process.Start(start)!;
        string shown = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);
        return shown;
    }
}
