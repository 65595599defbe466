using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What came of deleting a data set.</summary>
internal abstract record DatasetDelete
{
    internal sealed record Deleted : DatasetDelete;

    internal sealed record Gone : DatasetDelete;

    /// <summary>That job has not ended, and may have to read it again.</summary>
    internal sealed record Needed(Guid Job) : DatasetDelete;
}

/// <summary>
/// The data sets in the database, where every worker finds them: those of people's own, and built-in ones that were
/// fetched.
/// </summary>
internal sealed class DatasetStore(IDbContextFactory<AppDbContext> stores)
{
    /// <summary>
    /// Takes what a job is about to be made on, within the transaction that makes it: a deletion then waits, and sees the
    /// job.
    /// </summary>
    /// <returns>False where there is no such data set.</returns>
    public static async Task<bool> UseAsync(AppDbContext store, string name, CancellationToken token) =>
        await store
            .Datasets.Where(row => row.Name == name)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, row => AppDbContext.Now()), token) == 1;

    /// <summary>Stores a data set within the caller's transaction.</summary>
    public static async Task AddAsync(AppDbContext store, DatasetRow row, SplitSelections splits, CancellationToken token)
    {
        DbFaults.ThrowIfFull(store, row.Bytes);
        store.Datasets.Add(row);
        await store.SaveChangesAsync(token);
        int number = 0;
        foreach (byte[] chunk in DatasetContent.Chunks(splits))
        {
            store.ChangeTracker.Clear();
            store.DatasetChunks.Add(new DatasetChunkRow { DatasetId = row.Id, Number = number++, Content = chunk });
            await store.SaveChangesAsync(token);
        }
    }

    /// <summary>The data sets of people's own.</summary>
    public async Task<IReadOnlyList<DatasetRow>> ListAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        IQueryable<DatasetRow> own = store.Datasets.Where(row => !BuiltInDatasets.Names.Contains(row.Name));
        return await own.AsNoTracking().OrderBy(row => row.Name).ToListAsync(token);
    }

    public async Task<DatasetRow?> FindAsync(string name, CancellationToken token)
    {
        if (!TrainingSettingsValidator.IsName(name)) // which may hold what a database takes for no text, such as U+0000
        {
            return null;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Datasets.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name, token);
    }

    /// <summary>Stores a data set in one transaction: it is there whole or not at all.</summary>
    /// <returns>The row that now has the name, which is another one where the name was taken.</returns>
    public async Task<DatasetRow> AddAsync(DatasetRow row, SplitSelections splits, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        try
        {
            await AddAsync(store, row, splits, token);
        }
        catch (DbUpdateException e) when (DbFaults.IsConstraintViolation(e))
        {
            await transaction.RollbackAsync(token);
            return await FindAsync(row.Name, token)
                ?? throw new InvalidOperationException($"'{row.Name}' was taken and given back at the same moment", e);
        }

        await transaction.CommitAsync(token);
        return row;
    }

    /// <summary>The data set whole, or that its bytes are gone or not those that were stored.</summary>
    public async Task<Result<Dataset, string>> LoadAsync(DatasetRow row, CancellationToken token)
    {
        byte[] content = new byte[row.Bytes];
        int filled = 0;
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        IQueryable<byte[]> chunks = store
            .DatasetChunks.Where(chunk => chunk.DatasetId == row.Id)
            .OrderBy(chunk => chunk.Number)
            .Select(chunk => chunk.Content);
        await foreach (byte[] chunk in chunks.AsAsyncEnumerable().WithCancellation(token))
        {
            int fits = Math.Min(chunk.Length, content.Length - filled);
            chunk.AsSpan(0, fits).CopyTo(content.AsSpan(filled));
            filled += fits;
        }

        return filled == content.Length && Convert.ToHexStringLower(SHA256.HashData(content)) == row.Sha256
            ? DatasetContent.Dataset(row, content)
            : $"{row.Name}: its bytes are not those that were stored. DELETE it and PUT it again.";
    }

    /// <summary>Deletes a data set that no job may have to read again.</summary>
    public async Task<DatasetDelete> DeleteAsync(string name, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await UserAsync(store, name, token) is { } user)
        {
            return new DatasetDelete.Needed(user);
        }

        await using var transaction = await store.Database.BeginTransactionAsync(token);
        if (await store.Datasets.Where(row => row.Name == name).ExecuteDeleteAsync(token) == 0)
        {
            return new DatasetDelete.Gone();
        }

        if (await UserAsync(store, name, token) is { } late) // made while the deletion waited for it
        {
            return new DatasetDelete.Needed(late);
        }

        await transaction.CommitAsync(token);
        return new DatasetDelete.Deleted();
    }

    /// <summary>A job that has not ended and trains on that data set, or null.</summary>
    private static async Task<Guid?> UserAsync(AppDbContext store, string name, CancellationToken token)
    {
        var jobs = store
            .Jobs.Where(job => !JobStatuses.Terminal.Contains(job.Status))
            .OrderBy(job => job.Id)
            .Select(job => new { job.Id, job.Settings });
        await foreach (var job in jobs.AsAsyncEnumerable().WithCancellation(token))
        {
            if (job.Settings.Dataset == name)
            {
                return job.Id;
            }
        }

        return null;
    }
}
