using System.Diagnostics;
using System.Net;
using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

[Collection(OneAtATime.Name)]
public sealed class StoreOutageTests(BaselineRuns baselines, Report report)
{
    [Theory]
    [InlineData("fast", 20)] // longer than a lease: every job is taken over
    [InlineData("immediate", 4)]
    public async Task PostgreSQL_may_stop_and_start_under_load(string mode, int secondsAway)
    {
        await using var server = new PostgresServer();
        await server.InitializeAsync();
        await using FaultScenario scenario = new FaultScenario($"outage-{mode}", new PostgresStore(await server.NewDatabase()));
        ServiceNode api = scenario.Start("api");
        scenario.Start("worker");
        scenario.Start("worker");
        string first = await scenario.SubmitAsync(JobKind.Long);
        var submitted = JobKind.Short.Select(scenario.SubmitAsync).ToList();
        await scenario.AwaitAsync(first, job => (int)job["progress"]!["step"]! > 150);

        scenario.CountFault();
        await server.Stop(mode);
        long stopped = Stopwatch.GetTimestamp();
        while (await StatusAsync(api, HttpMethod.Get, "/health/ready") != HttpStatusCode.ServiceUnavailable)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(stopped).TotalSeconds, 0, 2);
            await Task.Delay(50);
        }

        Assert.True(await scenario.IsRefusedAsync(JobKind.Strided));
        submitted.AddRange(JobKind.Short.Select(scenario.SubmitAsync)); // and again, until the server is back
        await Task.Delay(TimeSpan.FromSeconds(secondsAway));
        await server.Start();
        await Task.WhenAll(submitted);
        report.Expect("PostgreSQL stopped and started under load", await new ScenarioVerifier(baselines).VerifyAsync(scenario));
    }

    private static async Task<HttpStatusCode?> StatusAsync(ServiceNode api, HttpMethod method, string path)
    {
        using HttpResponseMessage? response = await api.AskAsync(method, path);
        return response?.StatusCode;
    }
}
