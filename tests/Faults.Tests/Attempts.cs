using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Faults.Tests;

/// <summary>Which process began which attempt at which job, and which ended one, as the processes themselves log it.</summary>
internal sealed partial class Attempts
{
    private readonly ConcurrentDictionary<(string Job, int Attempt), (ServiceNode Node, long At)> _begun = new();
    private readonly ConcurrentDictionary<ServiceNode, bool> _busy = new();
    private readonly ConcurrentDictionary<string, int> _successes = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();

    public void Hear(ServiceNode node, string line)
    {
        if (BeginsLine().Match(line) is { Success: true } begins)
        {
            _begun[(begins.Groups[1].Value, int.Parse(begins.Groups[2].ValueSpan, CultureInfo.InvariantCulture))] = (
                node,
                Stopwatch.GetTimestamp());
            _busy[node] = true;
        }
        else if (EndedLine().Match(line) is { Success: true } ended)
        {
            _busy[node] = false;
            if (ended.Groups[2].Value == "Succeeded")
            {
                _successes.AddOrUpdate(ended.Groups[1].Value, 1, (_, count) => count + 1);
            }
        }
        else if (RefusedLine().Match(line) is { Success: true } refused)
        {
            _refusals.AddOrUpdate(refused.Groups[1].Value, 1, (_, count) => count + 1);
        }
    }

    /// <summary>Whether the process is at an attempt at a job.</summary>
    public bool IsBusy(ServiceNode node) => node.IsAlive && _busy.GetValueOrDefault(node);

    public ServiceNode? NodeOf(string job, int attempt) => _begun.TryGetValue((job, attempt), out var begun) ? begun.Node : null;

    /// <summary>Times that a worker was handed the job's entry and found no job to claim.</summary>
    public int Refusals(string job) => _refusals.GetValueOrDefault(job);

    public int Successes(string job) => _successes.GetValueOrDefault(job);

    /// <summary>
    /// For each attempt that died with its process, the seconds from that death to the next attempt, waiting behind other jobs
    /// included.
    /// </summary>
    public IEnumerable<double> TakeOvers() =>
        from begun in _begun
        where begun.Value.Node.Died.IsCompletedSuccessfully
        let next = _begun.GetValueOrDefault((begun.Key.Job, begun.Key.Attempt + 1))
        where next.Node is not null && next.At > begun.Value.Node.Died.Result
        select Stopwatch.GetElapsedTime(begun.Value.Node.Died.Result, next.At).TotalSeconds;

    [GeneratedRegex("Job ([0-9a-f-]{36}) begins, attempt ([0-9]+)")]
    private static partial Regex BeginsLine();

    [GeneratedRegex("No job is there to be claimed by the queue's entry that was made for job ([0-9a-f-]{36})")]
    private static partial Regex RefusedLine();

    [GeneratedRegex("Job ([0-9a-f-]{36}) is now ([A-Z][a-z]+)")]
    private static partial Regex EndedLine();
}
