using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// A process's right to fetch one built-in data set: a lease by the database's clock, and a fencing number in the condition of every write,
/// so that of several processes one fetches, and one that was thought dead changes nothing.
/// </summary>
/// <param name="claims">Of this request, this one among them.</param>
internal sealed class DatasetFetch(IDbContextFactory<AppDbContext> stores, string name, long fence, int claims)
{
    public const int LeaseSeconds = 15;

    public string Name => name;

    public int Claims => claims;

    /// <summary>What is wanted and no process holds. A lease that ends later than it can was given before the clock was set back.</summary>
    public static IQueryable<DatasetFetchRow> Unheld(AppDbContext store) => store.DatasetFetches.Where(row => row.RequestedAt != null
        && (row.LeaseUntil == null || row.LeaseUntil < AppDbContext.Now() || row.LeaseUntil > AppDbContext.Now().AddSeconds(LeaseSeconds)));

    public static async Task<DatasetFetch?> ClaimAsync(IDbContextFactory<AppDbContext> stores, string name, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var before = await Unheld(store)
            .Where(row => row.Name == name)
            .Select(row => new { row.Fence, row.Claims })
            .FirstOrDefaultAsync(token);
        if (before is null)
        {
            return null;
        }

        int claimed = await Unheld(store).Where(row => row.Name == name && row.Fence == before.Fence).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Fence, row => row.Fence + 1)
                .SetProperty(row => row.Claims, row => row.Claims + 1)
                .SetProperty(row => row.LeaseUntil, row => AppDbContext.Now().AddSeconds(LeaseSeconds)),
            token);
        return claimed == 1 ? new DatasetFetch(stores, name, before.Fence + 1, before.Claims + 1) : null;
    }

    /// <returns>False where the lease is lost; so the following.</returns>
    public async Task<bool> RenewAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await Row(store).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.LeaseUntil, row => AppDbContext.Now().AddSeconds(LeaseSeconds)), token) == 1;
    }

    /// <summary>Lets another process fetch at once.</summary>
    public async Task ReleaseAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await Row(store).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.LeaseUntil, (DateTime?)null).SetProperty(row => row.Claims, row => row.Claims - 1), token);
    }

    /// <summary>Stores the data set and lets the jobs that wait for it go, all or nothing.</summary>
    /// <param name="data">Null where the store has it already.</param>
    /// <returns>The jobs, in their order; null where the lease is lost.</returns>
    public async Task<IReadOnlyList<Guid>?> CompleteAsync(Dataset? data, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        try
        {
            await (data is null ? Task.CompletedTask : StoreAsync(store, SplitSelections.Of(data), token));
        }
        catch (DbUpdateException e) when (DbFaults.IsConstraintViolation(e))
        {
            return null; // another process has stored it
        }

        if (!await EndAsync(store, fault: null, token))
        {
            return null;
        }

        List<Guid> jobs = await Waiting(store).OrderBy(job => job.Id).Select(job => job.Id).ToListAsync(token);
        await Waiting(store).ExecuteUpdateAsync(
            set => set
                .SetProperty(job => job.PendingDataset, (string?)null)
                .SetProperty(job => job.QueuedAt, job => AppDbContext.Now())
                .SetProperty(job => job.Version, job => job.Version + 1),
            token);
        await transaction.CommitAsync(token);
        return jobs;
    }

    /// <summary>Gives the request up, and ends the jobs that wait for it with that reason.</summary>
    public async Task<bool> FailAsync(string reason, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        if (!await EndAsync(store, reason, token))
        {
            return false;
        }

        JobError error = JobErrors.DatasetUnavailable(reason);
        await Waiting(store).ExecuteUpdateAsync(
            set => JobLease.LetGo(set, JobStatus.Failed, error).SetProperty(job => job.PendingDataset, (string?)null), token);
        await transaction.CommitAsync(token);
        return true;
    }

    private async Task StoreAsync(AppDbContext store, SplitSelections splits, CancellationToken token)
    {
        await store.Datasets.Where(row => row.Name == name).ExecuteDeleteAsync(token); // one whose bytes were damaged
        await DatasetStore.AddAsync(store, DatasetContent.Row(name, splits, UploadedImages.Numbers), splits, token);
    }

    /// <summary>Ends the request. From here to the end of the transaction no job begins to wait.</summary>
    private async Task<bool> EndAsync(AppDbContext store, string? fault, CancellationToken token) => await Row(store).ExecuteUpdateAsync(
        set => set
            .SetProperty(row => row.RequestedAt, (DateTime?)null)
            .SetProperty(row => row.LeaseUntil, (DateTime?)null)
            .SetProperty(row => row.Claims, 0)
            .SetProperty(row => row.Fault, fault)
            .SetProperty(row => row.FailedAt, row => fault == null ? (DateTime?)null : AppDbContext.Now())
            .SetProperty(row => row.ReplacesId, row => fault == null ? null : row.ReplacesId),
        token) == 1;

    private IQueryable<DatasetFetchRow> Row(AppDbContext store) =>
        store.DatasetFetches.Where(row => row.Name == name && row.Fence == fence && row.RequestedAt != null);

    private IQueryable<JobRow> Waiting(AppDbContext store) =>
        store.Jobs.Where(job => job.Status == JobStatus.Queued && job.PendingDataset == name);
}
