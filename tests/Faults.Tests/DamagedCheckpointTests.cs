using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

public sealed class DamagedCheckpointTests(References references, PostgresServer postgres, Report report)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_damaged_last_checkpoint_is_named_and_the_one_before_it_is_used(string store)
    {
        await using var drill = new Drill($"damaged-{store}", await Store.CreateAsync(store, postgres));
        var crash = new Crash("checkpoint.after", 4);
        Node node = drill.Start(crash: crash);
        string job = await drill.SubmitAsync(JobKind.Strided);
        await drill.AwaitDeathAsync(node, crash);
        await drill.Store.DamageNewestCheckpointAsync();

        drill.Start();
        Assert.Equal("succeeded", (string?)(await drill.AwaitAsync(job, Drill.HasEnded))!["status"]);
        string warning = Assert.Single((await drill.JsonAsync(job))["warnings"]!.AsArray().Select(text => (string)text!));
        Assert.Contains("of step 80 is damaged; the one before it is used", warning);
        Assert.Equal((await references.OfAsync(JobKind.Strided.Name)).Sha256, (await Ending.OfAsync(drill, await drill.JsonAsync(job))).Sha256);
        report.Expect($"a damaged last checkpoint, {store}", Verdict.None with { Faults = 2, Jobs = 1, TakeOvers = [.. drill.Attempts.TakeOvers()] });
    }
}
