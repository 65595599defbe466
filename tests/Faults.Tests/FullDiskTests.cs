using System.Diagnostics;
using System.Net;

namespace AutoencoderApi.Faults.Tests;

public sealed class FullDiskTests(BaselineRuns baselines, Report report)
{
    [Fact]
    public async Task On_a_full_disk_calls_are_refused_training_waits_and_nothing_is_lost()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-full-").FullName;
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder), "Mounting a small tmpfs needs root.");
        try
        {
            await FillAsync(Path.Combine(folder, "store"), Path.Combine(folder, "ballast"));
        }
        finally
        {
            await RunAsync("umount", "--lazy", folder);
            Directory.Delete(folder);
        }
    }

    private async Task FillAsync(string store, string ballast)
    {
        await using FaultScenario scenario = new FaultScenario("full-disk", new SqliteStore(store));
        ServiceNode node = scenario.Start();
        string job = await scenario.SubmitAsync(JobKind.Long);
        await scenario.AwaitAsync(job, state => (int)state["progress"]!["step"]! > 150);

        scenario.CountFault();
        await RunAsync("dd", "if=/dev/zero", $"of={ballast}", "bs=64k"); // ends when there is no room
        while (!await scenario.IsRefusedAsync(JobKind.Strided)) // the last pages that the store holds already
        {
        }

        await Task.Delay(TimeSpan.FromSeconds(1.5)); // readiness is remembered for a second
        using (HttpResponseMessage? ready = await node.AskAsync(HttpMethod.Get, "/health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready?.StatusCode);
        }

        Assert.Equal("running", (string?)(await scenario.JsonAsync(job))["status"]);
        Task<string> another = scenario.SubmitAsync(JobKind.Strided);
        await Task.Delay(TimeSpan.FromSeconds(5)); // some checkpoints find no room
        File.Delete(ballast);
        await another;
        report.Expect("a full disk, sqlite", await new ScenarioVerifier(baselines, mayMissFrames: true).VerifyAsync(scenario));
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
