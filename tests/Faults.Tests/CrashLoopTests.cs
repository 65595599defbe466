namespace AutoencoderApi.Faults.Tests;

public sealed class CrashLoopTests
{
    [Fact]
    public async Task A_job_that_kills_its_worker_three_times_at_its_start_ends_as_failed_and_harms_no_other()
    {
        await using var drill = new Drill("crash-loop", new SqliteStore());
        var crash = new Crash("step.before", 1);
        Node node = drill.Start(crash: crash);
        string fatal = await drill.SubmitAsync(JobKind.Strided);
        await drill.AwaitDeathAsync(node, crash);
        await drill.AwaitDeathAsync(drill.Start(crash: crash), crash);
        await drill.AwaitDeathAsync(drill.Start(crash: crash), crash);

        drill.Start();
        string other = await drill.SubmitAsync(JobKind.Strided);
        var failed = (await drill.AwaitAsync(fatal, Drill.HasEnded))!;
        Assert.Equal("failed", (string?)failed["status"]);
        Assert.Equal(3, (int)failed["attempt"]!);
        Assert.EndsWith(":worker-lost", (string?)failed["error"]!["type"]);
        Assert.Equal("succeeded", (string?)(await drill.AwaitAsync(other, Drill.HasEnded))!["status"]);
    }
}
