namespace AutoencoderApi.Faults.Tests;

public sealed class CrashLoopTests
{
    [Fact]
    public async Task A_job_that_kills_its_worker_three_times_at_its_start_ends_as_failed_and_harms_no_other()
    {
        await using FaultScenario scenario = new FaultScenario("crash-loop", new SqliteStore());
        var crash = new Crash("step.before", 1);
        using var plan = new CrashPlan();
        plan.Set(crash);
        ServiceNode node = scenario.Start(plan: plan);
        string fatal = await scenario.SubmitAsync(JobKind.Strided);
        await scenario.AwaitDeathAsync(node, crash);
        await scenario.AwaitDeathAsync(scenario.Start(plan: plan), crash);
        await scenario.AwaitDeathAsync(scenario.Start(plan: plan), crash);

        scenario.Start();
        string other = await scenario.SubmitAsync(JobKind.Strided);
        var failed = (await scenario.AwaitAsync(fatal, FaultScenario.HasEnded))!;
        Assert.Equal("failed", (string?)failed["status"]);
        Assert.Equal(3, (int)failed["attempt"]!);
        Assert.EndsWith(":worker-lost", (string?)failed["error"]!["type"]);
        Assert.Equal("succeeded", (string?)(await scenario.AwaitAsync(other, FaultScenario.HasEnded))!["status"]);
    }
}
