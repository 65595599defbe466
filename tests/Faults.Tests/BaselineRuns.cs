using System.Collections.Frozen;
using AutoencoderApi.Api.Tests;
using AutoencoderApi.Tests;

[assembly: StartsProcesses]
[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(AutoencoderApi.Faults.Tests.BaselineRuns))]

namespace AutoencoderApi.Faults.Tests;

/// <summary>
/// How each kind of job ends when nothing happens to it: all run once, by one process on SQLite, when a scenario first
/// asks.
/// </summary>
public sealed class BaselineRuns
{
    private readonly Lazy<Task<FrozenDictionary<string, Ending>>> _endings = new(RunAsync);

    internal async Task<Ending> OfAsync(string kind) => (await _endings.Value)[kind];

    private static async Task<FrozenDictionary<string, Ending>> RunAsync()
    {
        await using FaultScenario scenario = new FaultScenario("reference", new SqliteStore());
        scenario.Start();
        var endings = new Dictionary<string, Ending>();
        foreach (JobKind kind in JobKind.All)
        {
            string job = await scenario.SubmitAsync(kind);
            Ending ending = await Ending.OfAsync(scenario, (await scenario.AwaitAsync(job, FaultScenario.HasEnded))!);
            Assert.Equal("succeeded", ending.Status);
            endings.Add(kind.Name, ending);
        }

        return endings.ToFrozenDictionary();
    }
}
