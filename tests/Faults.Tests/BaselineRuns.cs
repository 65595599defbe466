using System.Collections.Concurrent;
using AutoencoderApi.Api.Tests;
using AutoencoderApi.Tests;

[assembly: StartsProcesses]
[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(AutoencoderApi.Faults.Tests.BaselineRuns))]

namespace AutoencoderApi.Faults.Tests;

/// <summary>How each kind of job ends when nothing happens to it: run once, on SQLite, when a scenario first asks.</summary>
public sealed class BaselineRuns
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Ending>>> _endings = new();

    internal Task<Ending> OfAsync(string kind) => _endings.GetOrAdd(kind, name => new(() => RunAsync(JobKind.Named(name)))).Value;

    private static async Task<Ending> RunAsync(JobKind kind)
    {
        await using FaultScenario scenario = new FaultScenario($"reference-{kind.Name}", new SqliteStore());
        scenario.Start();
        string job = await scenario.SubmitAsync(kind);
        Ending ending = await Ending.OfAsync(scenario, (await scenario.AwaitAsync(job, FaultScenario.HasEnded))!);
        Assert.Equal("succeeded", ending.Status);
        return ending;
    }
}
