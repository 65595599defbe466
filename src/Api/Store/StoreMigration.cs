using AutoencoderApi.Api.Startup;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Brings the tables up to date at start, one process at a time. The lock is one that the system gives back when its holder
/// is killed; EF's own lock on SQLite is a row that would then stay, and stop every later start.
/// </summary>
internal static class StoreMigration
{
    private const long LockKey = 0x6175746f656e63; // any number that no other program on this database uses
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>Opens the store, waiting for it where waiting may help, and brings it up to date.</summary>
    /// <param name="stop">
    /// Ends the wait. SQLite's calls and some of Npgsql's cannot be interrupted: what has not ended after a second is left where it is, as a kill
    /// would leave it.
    /// </param>
    /// <exception cref="StartException">The store cannot be used.</exception>
    public static async Task MigrateStoreAsync(this IServiceProvider services, CancellationToken stop)
    {
        using var leave = new CancellationTokenSource();
        using CancellationTokenRegistration stopping = stop.Register(() => leave.CancelAfter(s_grace));
        try
        {
            await Task.Run(() => MigrateAsync(services, stop), CancellationToken.None).WaitAsync(leave.Token);
        }
        catch (Exception e) when (StoreStartFailure.Sentence(e, services) is { } sentence)
        {
            throw stop.IsCancellationRequested ? new OperationCanceledException(sentence, e, stop) : new StartException(sentence, e);
        }
    }

    private static async Task MigrateAsync(IServiceProvider services, CancellationToken stop)
    {
        StoreOptions options = services.GetRequiredService<IOptions<StoreOptions>>().Value;
        Directory.CreateDirectory(options.Folder);
        await using StoreContext store = await services.GetRequiredService<IDbContextFactory<StoreContext>>().CreateDbContextAsync(stop);
        if (store.Database.IsSqlite())
        {
            await using FileStream held = await Patiently(() => Task.FromResult(Open(Path.Combine(options.Folder, "migrating.lock"), FileShare.None)), stop);
            await Open(options.SqliteFile, FileShare.ReadWrite).DisposeAsync(); // connections make no file: StoreOptions
            await MigrateSqliteAsync(store, stop);
        }
        else
        {
            await Patiently(() => MigratePostgresAsync(store, services, stop), stop);
        }
    }

    private static FileStream Open(string path, FileShare share) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);

    private static async Task MigrateSqliteAsync(StoreContext store, CancellationToken stop)
    {
        await store.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'", stop); // kept by the file: reading goes on while another writes
        await store.Database.ExecuteSqlAsync($"""DROP TABLE IF EXISTS "__EFMigrationsLock" """, stop); // left by a killed process
        await MigrateWithoutForeignKeysAsync(store.Database, stop);

        // A queue in memory is born empty: no entry that an earlier process has made is in it.
        await store.Jobs.Where(job => job.QueueEntry != null).ExecuteUpdateAsync(
            set => set.SetProperty(job => job.QueueEntry, (string?)null).SetProperty(job => job.QueueCheckAt, (DateTime?)null), stop);
    }

    /// <summary>
    /// A migration may build a table anew, and dropping the old one must not take the rows that refer to it along. SQLite heeds the switch
    /// only outside of a transaction, so no migration can set it and be one transaction.
    /// </summary>
    private static async Task MigrateWithoutForeignKeysAsync(DatabaseFacade database, CancellationToken stop)
    {
        await database.OpenConnectionAsync(stop);
        await database.ExecuteSqlAsync($"PRAGMA foreign_keys = 0", stop);
        await database.MigrateAsync(stop);
        await database.ExecuteSqlAsync($"PRAGMA foreign_keys = 1", stop);
        await database.CloseConnectionAsync();
    }

    private static async Task<bool> MigratePostgresAsync(StoreContext store, IServiceProvider services, CancellationToken stop)
    {
        await store.Database.OpenConnectionAsync(stop);
        try
        {
            await store.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({LockKey})", stop);
            await store.Database.MigrateAsync(stop);
            services.GetRequiredService<JobStorage>(); // makes the queue's tables
            await store.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({LockKey})", stop);
            return true;
        }
        finally
        {
            await store.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Waits for a database that is still starting, or for another process to finish.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> action, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when (StoreStartFailure.MayPass(e) && !patience.IsCancellationRequested)
            {
                await Task.Delay(s_pause, stop);
            }
        }
    }
}
