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

    public static async Task MigrateStoreAsync(this IServiceProvider services)
    {
        string folder = services.GetRequiredService<IOptions<StoreOptions>>().Value.Folder;
        Directory.CreateDirectory(folder);
        await using StoreContext store = await Patiently(() => services.GetRequiredService<IDbContextFactory<StoreContext>>().CreateDbContextAsync());
        if (store.Database.IsSqlite())
        {
            await using FileStream held = await Patiently(() => Task.FromResult(
                new FileStream(Path.Combine(folder, "migrating.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
            await MigrateSqliteAsync(store);
        }
        else
        {
            await Patiently(() => MigratePostgresAsync(store, services));
        }
    }

    private static async Task MigrateSqliteAsync(StoreContext store)
    {
        await store.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'"); // kept by the file: reading goes on while another writes
        await store.Database.ExecuteSqlAsync($"""DROP TABLE IF EXISTS "__EFMigrationsLock" """); // left by a killed process
        await MigrateWithoutForeignKeysAsync(store.Database);

        // A queue in memory is born empty: no entry that an earlier process has made is in it.
        await store.Jobs.Where(job => job.QueueEntry != null).ExecuteUpdateAsync(
            set => set.SetProperty(job => job.QueueEntry, (string?)null).SetProperty(job => job.QueueCheckAt, (DateTime?)null));
    }

    /// <summary>
    /// A migration may build a table anew, and dropping the old one must not take the rows that refer to it along. SQLite heeds the switch
    /// only outside of a transaction, so no migration can set it and be one transaction.
    /// </summary>
    private static async Task MigrateWithoutForeignKeysAsync(DatabaseFacade database)
    {
        await database.OpenConnectionAsync();
        await database.ExecuteSqlAsync($"PRAGMA foreign_keys = 0");
        await database.MigrateAsync();
        await database.ExecuteSqlAsync($"PRAGMA foreign_keys = 1");
        await database.CloseConnectionAsync();
    }

    private static async Task<bool> MigratePostgresAsync(StoreContext store, IServiceProvider services)
    {
        await store.Database.OpenConnectionAsync();
        try
        {
            await store.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({LockKey})");
            await store.Database.MigrateAsync();
            services.GetRequiredService<JobStorage>(); // makes the queue's tables
            await store.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({LockKey})");
            return true;
        }
        finally
        {
            await store.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Waits for a database that is still starting, or for another process to finish.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> action)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when ((e is IOException || (StoreFaults.IsAway(e) && !StoreFaults.IsRefused(e))) && !patience.IsCancellationRequested)
            {
                await Task.Delay(s_pause);
            }
        }
    }
}
