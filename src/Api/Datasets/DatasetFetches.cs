using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What came of asking for a built-in data set to be in the store.</summary>
internal enum FetchRequest
{
    /// <summary>It is there.</summary>
    Stored,

    /// <summary>It will be fetched, or is just being.</summary>
    Pending,

    /// <summary>A fetch has failed a moment ago; the next one has to wait.</summary>
    Refused,
}

/// <summary>How a built-in data set stands in the store.</summary>
/// <param name="Stored">Null where it is not there, or its bytes were found damaged.</param>
/// <param name="IsPending">Whether it is to be fetched, or just being.</param>
/// <param name="Fault">Why a fetch has failed within the last minute; null where none has.</param>
internal sealed record FetchState(DatasetRow? Stored, bool IsPending, string? Fault);

/// <summary>
/// The built-in data sets that are wanted in the store. A request is a row, so it outlives the process that made it, and any process that
/// answers calls may fetch it (<see cref="DatasetFetcher"/>). A worker only asks.
/// </summary>
internal sealed class DatasetFetches(IDbContextFactory<AppDbContext> stores)
{
    private const int SecondsToRetry = 60;
    private const int SecondsUnclaimed = 30;

    /// <summary>Asks for the data set within the caller's transaction; that and the end of a fetch wait for one another.</summary>
    /// <param name="damaged">The stored data set that was found damaged, or null.</param>
    /// <param name="evenIfFailed">Whether to ask again at once where a fetch has just failed.</param>
    public static async Task<FetchRequest> RequestAsync(
        AppDbContext store,
        string name,
        Guid? damaged,
        bool evenIfFailed,
        CancellationToken token)
    {
        FetchState state = await FindAsync(store, name, token);
        IQueryable<DatasetFetchRow> row = store.DatasetFetches.Where(fetch => fetch.Name == name);
        if (!IsStored(state, damaged))
        {
            await row.ExecuteUpdateAsync(set => set.SetProperty(fetch => fetch.Fence, fetch => fetch.Fence), token); // locks the row
            state = await FindAsync(store, name, token);
        }

        if (IsStored(state, damaged) || state.IsPending || (state.Fault is not null && !evenIfFailed))
        {
            return IsStored(state, damaged) ? FetchRequest.Stored : state.IsPending ? FetchRequest.Pending : FetchRequest.Refused;
        }

        await row.ExecuteUpdateAsync(
            set => set
                .SetProperty(fetch => fetch.RequestedAt, fetch => AppDbContext.Now())
                .SetProperty(fetch => fetch.Claims, 0)
                .SetProperty(fetch => fetch.FailedAt, (DateTime?)null)
                .SetProperty(fetch => fetch.Fault, (string?)null)
                .SetProperty(fetch => fetch.ReplacesId, fetch => damaged ?? fetch.ReplacesId),
            token);
        return FetchRequest.Pending;

        static bool IsStored(FetchState state, Guid? damaged) => state.Stored is { } stored && stored.Id != damaged;
    }

    /// <summary>The same in a transaction of its own.</summary>
    public async Task<FetchRequest> RequestAsync(string name, Guid? damaged, bool evenIfFailed, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        FetchRequest request = await RequestAsync(store, name, damaged, evenIfFailed, token);
        await transaction.CommitAsync(token);
        return request;
    }

    /// <summary>
    /// Lets a queued job wait for its data set, without an entry in the queue; for a worker, where the data set has come
    /// meanwhile.
    /// </summary>
    public async Task ParkAsync(Guid jobId, string name, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        FetchRequest request = await RequestAsync(store, name, damaged: null, evenIfFailed: true, token);
        string? pending = request == FetchRequest.Stored ? null : name;
        await store.Jobs.Where(job => job.Id == jobId && job.Status == JobStatus.Queued).ExecuteUpdateAsync(
            set => set
                .SetProperty(job => job.PendingDataset, pending)
                .SetProperty(job => job.QueueEntry, (string?)null)
                .SetProperty(job => job.QueueCheckAt, (DateTime?)null)
                .SetProperty(job => job.Version, job => job.Version + 1),
            token);
        await transaction.CommitAsync(token);
    }

    public async Task<FetchState> FindAsync(string name, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await FindAsync(store, name, token);
    }

    /// <summary>The data sets that are wanted and that no process fetches.</summary>
    /// <param name="canProvide">Whether this process can have it. What no process takes for long, one that cannot takes, to say so.</param>
    public async Task<IReadOnlyList<string>> DueAsync(Func<string, bool> canProvide, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var due = await DatasetFetch.Unheld(store)
            .Select(row => new
            {
                row.Name,
                IsOld = row.RequestedAt < AppDbContext.Now().AddSeconds(-SecondsUnclaimed) || row.RequestedAt > AppDbContext.Now(),
            })
            .ToListAsync(token);
        return [.. due.Where(row => row.IsOld || canProvide(row.Name)).Select(row => row.Name)];
    }

    public Task<DatasetFetch?> ClaimAsync(string name, CancellationToken token) => DatasetFetch.ClaimAsync(stores, name, token);

    private static async Task<FetchState> FindAsync(AppDbContext store, string name, CancellationToken token)
    {
        var fetch = await store.DatasetFetches.Where(row => row.Name == name)
            .Select(row => new
            {
                row.ReplacesId,
                IsPending = row.RequestedAt != null,
                IsRecent = row.FailedAt > AppDbContext.Now().AddSeconds(-SecondsToRetry) && row.FailedAt <= AppDbContext.Now(),
                row.Fault,
            })
            .SingleAsync(token);

        // Looked for last: where a fetch ends in between, it is there.
        DatasetRow? stored = await store.Datasets.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name, token);
        return new FetchState(stored?.Id == fetch.ReplacesId ? null : stored, fetch.IsPending, fetch.IsRecent ? fetch.Fault : null);
    }
}
