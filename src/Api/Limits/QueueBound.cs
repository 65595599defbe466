using System.Collections.Concurrent;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>Keeps the number of waiting jobs within its bounds, in all and for each key.</summary>
internal sealed class QueueBound(IDbContextFactory<StoreContext> stores, IOptions<LimitsOptions> limits) : IDisposable
{
    private const int RetrySeconds = 10;

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly ConcurrentDictionary<string, int> _taken = [];

    /// <summary>
    /// Takes places in the queue for jobs that are about to be stored; to be disposed of once they are. Until then a place counts beside
    /// the stored jobs, so that requests at the same moment cannot exceed the bound together (in one process).
    /// </summary>
    /// <param name="owner">The key's id.</param>
    /// <returns>The places, or the problem where the queue is too full for them.</returns>
    public async Task<(IDisposable? Places, ProblemHttpResult? Full)> TakeAsync(string owner, int jobs, CancellationToken token)
    {
        await _oneAtATime.WaitAsync(token);
        try
        {
            return await FullAsync(owner, jobs, token) is { } full ? (null, full) : (new Places(this, owner, jobs), null);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<ProblemHttpResult?> FullAsync(string owner, int jobs, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        IQueryable<JobRow> waiting = store.Jobs.Where(job => job.Status == JobStatus.Queued);
        (int perKey, int inAll) = (limits.Value.QueuedJobsPerKey, limits.Value.QueuedJobs);
        if (owner != Caller.Local && jobs + _taken.GetValueOrDefault(owner) + await waiting.CountAsync(job => job.Owner == owner, token) > perKey)
        {
            return Problems.QueueFull($"{perKey} jobs of one key may wait at a time. Wait for one to start, or cancel one.", RetrySeconds);
        }

        return jobs + _taken.Values.Sum() + await waiting.CountAsync(token) > inAll
            ? Problems.QueueFull($"{inAll} jobs may wait at a time. Try again when one has started.", RetrySeconds)
            : null;
    }

    private sealed class Places : IDisposable
    {
        private readonly QueueBound _bound;
        private readonly string _owner;
        private readonly int _count;

        public Places(QueueBound bound, string owner, int count)
        {
            (_bound, _owner, _count) = (bound, owner, count);
            Add(count);
        }

        public void Dispose() => Add(-_count);

        private void Add(int count) => _bound._taken.AddOrUpdate(_owner, count, (_, before) => before + count);
    }
}
