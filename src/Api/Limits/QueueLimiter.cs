using System.Collections.Concurrent;
using System.Diagnostics;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>
/// Keeps the number of waiting jobs within its bounds, in all and for each key. Far from a bound the last count is good for a second,
/// since counting a long queue takes longer than adding to it; near a bound every request counts.
/// </summary>
internal sealed class QueueLimiter(IDbContextFactory<AppDbContext> stores, IOptions<LimitsOptions> limits, StorageBound storage)
    : IDisposable
{
    /// <summary>Of a request that enqueues jobs: too many of them, or too much to store.</summary>
    public static readonly ProblemType[] Refusals = [ProblemType.QueueFull, ProblemType.Unprocessable];

    private const int RetrySeconds = 10;
    private const string Everyone = "";
    private static readonly TimeSpan s_trusted = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly ConcurrentDictionary<string, int> _taken = [];
    private readonly Dictionary<string, Count> _counts = [];

    /// <summary>
    /// Takes places in the queue for jobs that are about to be stored; to be disposed of once they are. Until then a place counts beside
    /// the stored jobs, so that requests at the same moment cannot exceed the bound together (in one process).
    /// </summary>
    /// <param name="owner">The key's id.</param>
    /// <param name="jobs">How many.</param>
    /// <param name="bytes">That they will store.</param>
    /// <returns>The places, or the problem where the queue is too full for them, or the key would store too much.</returns>
    public async Task<Result<Places, ProblemHttpResult>> TakeAsync(
        string owner, int jobs, double bytes, CancellationToken token)
    {
        await _oneAtATime.WaitAsync(token);
        try
        {
            if ((await FullAsync(owner, jobs, token) ?? await storage.RefusalAsync(owner, bytes, token)) is { } full)
            {
                return full;
            }

            string[] counted = [owner, Everyone];
            Array.ForEach(counted, whose => _counts.GetValueOrDefault(whose)?.Add(jobs));
            return new Places(_taken, counted, jobs);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<ProblemHttpResult?> FullAsync(string owner, int jobs, CancellationToken token)
    {
        (int perKey, int inAll) = (limits.Value.QueuedJobsPerKey, limits.Value.QueuedJobs);
        if (owner != ClaimsPrincipalExtensions.Local && !await FitAsync(owner, jobs, perKey, token))
        {
            return Problems.QueueFull($"{perKey} jobs of one key may wait at a time. Wait for one to start, or cancel one.", RetrySeconds);
        }

        return await FitAsync(Everyone, jobs, inAll, token)
            ? null
            : Problems.QueueFull($"{inAll} jobs may wait at a time. Try again when one has started.", RetrySeconds);
    }

    private async Task<bool> FitAsync(string owner, int jobs, int bound, CancellationToken token)
    {
        int near = bound - Math.Max(1, bound / 10);
        if (_counts.TryGetValue(owner, out Count? last) && last.IsFresh && last.Waiting + jobs <= near)
        {
            return true;
        }

        long requestedAt = Stopwatch.GetTimestamp();
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        int waiting = _taken.GetValueOrDefault(owner)
            + await store.Jobs.CountAsync(job => job.Status == JobStatus.Queued && (owner == Everyone || job.Owner == owner), token);
        _counts[owner] = new Count(waiting, requestedAt);
        return waiting + jobs <= bound;
    }

    /// <param name="waiting">Jobs that waited at <paramref name="at"/>.</param>
    private sealed class Count(int waiting, long at)
    {
        public int Waiting { get; private set; } = waiting;

        public bool IsFresh => Stopwatch.GetElapsedTime(at) < s_trusted;

        public void Add(int jobs) => Waiting += jobs;
    }

    internal sealed class Places : IDisposable
    {
        private readonly ConcurrentDictionary<string, int> _taken;
        private readonly string[] _counted;
        private readonly int _jobs;

        public Places(ConcurrentDictionary<string, int> taken, string[] counted, int jobs)
        {
            (_taken, _counted, _jobs) = (taken, counted, jobs);
            Add(jobs);
        }

        public void Dispose() => Add(-_jobs);

        private void Add(int jobs) => Array.ForEach(_counted, whose => _taken.AddOrUpdate(whose, jobs, (_, before) => before + jobs));
    }
}
