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
internal sealed class QueueBound(IDbContextFactory<StoreContext> stores, IOptions<LimitsOptions> limits)
{
    private const int RetrySeconds = 10;

    private readonly ConcurrentDictionary<string, int> _places = [];
    private int _allPlaces;

    /// <summary>
    /// Takes places in the queue for jobs that are about to be stored. A place counts from before the stored jobs are counted until it
    /// is disposed of, after its job is stored, so that requests at the same moment can not exceed the bound together.
    /// </summary>
    /// <returns>The places, or the problem where the queue is too full for them.</returns>
    public async Task<(IDisposable? Places, ProblemHttpResult? Full)> TakeAsync(string owner, int jobs, CancellationToken token)
    {
        var places = new Places(this, owner, jobs);
        bool taken = false;
        try
        {
            ProblemHttpResult? full = await FullAsync(owner, token);
            taken = full is null;
            return (taken ? places : null, full);
        }
        finally
        {
            if (!taken)
            {
                places.Dispose();
            }
        }
    }

    private async Task<ProblemHttpResult?> FullAsync(string owner, CancellationToken token)
    {
        (int all, int own) = (Volatile.Read(ref _allPlaces), _places[owner]);
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        IQueryable<JobRow> waiting = store.Jobs.Where(job => job.Status == JobStatus.Queued);
        if (owner != Caller.Local && own + await waiting.CountAsync(job => job.Owner == owner, token) > limits.Value.QueuedJobsPerKey)
        {
            return Problems.QueueFull($"{limits.Value.QueuedJobsPerKey} jobs of this key may wait at a time. Wait for one to start, or cancel one.", RetrySeconds);
        }

        return all + await waiting.CountAsync(token) > limits.Value.QueuedJobs
            ? Problems.QueueFull($"{limits.Value.QueuedJobs} jobs may wait at a time. Try again when one has started.", RetrySeconds)
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

        private void Add(int count)
        {
            Interlocked.Add(ref _bound._allPlaces, count);
            _bound._places.AddOrUpdate(_owner, count, (_, before) => before + count);
        }
    }
}
