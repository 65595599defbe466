using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class DamagedCheckpointTests(BaselineRuns baselines, PostgresServer postgres, Report report)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_damaged_last_checkpoint_is_named_and_the_one_before_it_is_used(string store)
    {
        await using FaultScenario scenario = new FaultScenario($"damaged-{store}", await Store.CreateAsync(store, postgres));
        var crash = new Crash("checkpoint.after", 4);
        using var plan = new CrashPlan();
        plan.Set(crash);
        ServiceNode node = scenario.Start(plan: plan);
        string job = await scenario.SubmitAsync(JobKind.Strided);
        await scenario.AwaitDeathAsync(node, crash);
        await scenario.Store.DamageNewestCheckpointAsync();

        scenario.Start();
        Assert.Equal("succeeded", (string?)(await scenario.AwaitAsync(job, FaultScenario.HasEnded))!["status"]);
        string warning = Assert.Single((await scenario.JsonAsync(job))["warnings"]!.AsArray().Select(text => (string)text!));
        Assert.Contains("of step 80 is damaged; the one before it is used", warning);
        Assert.Equal(
            (await baselines.OfAsync(JobKind.Strided.Name)).Sha256,
            (await Ending.OfAsync(scenario, await scenario.JsonAsync(job))).Sha256);
        report.Expect(
            $"a damaged last checkpoint, {store}",
            ScenarioResult.None with
            {
                Faults = 2,
                Jobs = 1,
                TakeOvers = [.. scenario.Attempts.TakeOvers()],
            });
    }
}
