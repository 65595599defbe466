using System.Collections.Concurrent;
using AutoencoderApi.Api.Tests;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(AutoencoderApi.Faults.Tests.References))]

namespace AutoencoderApi.Faults.Tests;

/// <summary>How each kind of job ends when nothing happens to it: run once, on SQLite, when a drill first asks.</summary>
public sealed class References
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Ending>>> _endings = new();

    internal Task<Ending> OfAsync(string kind) => _endings.GetOrAdd(kind, name => new(() => RunAsync(JobKind.Named(name)))).Value;

    private static async Task<Ending> RunAsync(JobKind kind)
    {
        await using var drill = new Drill($"reference-{kind.Name}", new SqliteStore());
        drill.Start();
        string job = await drill.SubmitAsync(kind);
        Ending ending = await Ending.OfAsync(drill, (await drill.AwaitAsync(job, Drill.HasEnded))!);
        Assert.Equal("succeeded", ending.Status);
        return ending;
    }
}
