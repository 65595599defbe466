using System.Diagnostics;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Brings the tables up to date at start, one process at a time. The lock is one that the system gives back when its holder
/// is killed; EF's own lock on SQLite is a row that would then stay, and stop every later start.
/// </summary>
internal static class StoreMigration
{
    internal const long LockKey = 0x6175746f656e63; // any number that no other program on this database uses
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <returns>Why the service cannot use the store, in one sentence; null where it can.</returns>
    public static async Task<string?> MigrateStoreAsync(this IServiceProvider services)
    {
        StoreOptions options = services.GetRequiredService<IOptions<StoreOptions>>().Value;
        Directory.CreateDirectory(options.Folder);
        IDbContextFactory<StoreContext> stores = services.GetRequiredService<IDbContextFactory<StoreContext>>();
        await using StoreContext store = await Patiently(() => stores.CreateDbContextAsync());
        store.Database.SetCommandTimeout(options.MigrationTime);
        var progress = new MigrationProgress(stores, services.GetRequiredService<ILogger<MigrationProgress>>());
        return store.Database.IsSqlite()
            ? await MigrateSqliteAsync(store, options, progress)
            : await Patiently(() => MigratePostgresAsync(store, options, progress, services));
    }

    private static async Task<string?> MigrateSqliteAsync(StoreContext store, StoreOptions options, MigrationProgress progress)
    {
        string path = Path.Combine(options.Folder, "migrating.lock");
        await using FileStream held = await Patiently(
            () => Task.FromResult(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
        if (await NewerMigrationAsync(store) is { } newer)
        {
            return newer;
        }

        await store.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'"); // kept by the file: reading goes on while another writes
        await store.Database.ExecuteSqlAsync($"""DROP TABLE IF EXISTS "__EFMigrationsLock" """); // left by a killed process
        await MigrateWithoutForeignKeysAsync(store, progress);

        // A queue in memory is born empty: no entry that an earlier process has made is in it.
        await store.Jobs.Where(job => job.QueueEntry != null).ExecuteUpdateAsync(
            set => set.SetProperty(job => job.QueueEntry, (string?)null).SetProperty(job => job.QueueCheckAt, (DateTime?)null));
        return null;
    }

    /// <summary>
    /// A migration may build a table anew, and dropping the old one must not take the rows that refer to it along. SQLite heeds the switch
    /// only outside of a transaction, so no migration can set it and be one transaction.
    /// </summary>
    private static async Task MigrateWithoutForeignKeysAsync(StoreContext store, MigrationProgress progress)
    {
        await store.Database.OpenConnectionAsync();
        await store.Database.ExecuteSqlAsync($"PRAGMA foreign_keys = 0");
        await MigrateAsync(store, progress);
        await store.Database.ExecuteSqlAsync($"PRAGMA foreign_keys = 1");
        await store.Database.CloseConnectionAsync();
    }

    private static async Task<string?> MigratePostgresAsync(
        StoreContext store, StoreOptions options, MigrationProgress progress, IServiceProvider services)
    {
        await store.Database.OpenConnectionAsync();
        try
        {
            // Asked again and again: a statement that waits for the lock would run into the connection's time limit.
            long began = Stopwatch.GetTimestamp();
            while (!(await store.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_lock({LockKey}) AS "Value" """).ToListAsync())[0])
            {
                if (Stopwatch.GetElapsedTime(began) > options.MigrationTime)
                {
                    return $"Another process migrates the store for {options.MigrationMinutes} minutes now (Store:MigrationMinutes).";
                }

                progress.Waits();
                await Task.Delay(s_pause);
            }

            string? newer = await NewerMigrationAsync(store);
            if (newer is null)
            {
                await MigrateAsync(store, progress);
                services.GetRequiredService<JobStorage>(); // makes the queue's tables
            }

            await store.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({LockKey})");
            return newer;
        }
        finally
        {
            await store.Database.CloseConnectionAsync();
        }
    }

    /// <summary>A migration that this version does not know was made by a later one, whose tables it would misuse.</summary>
    private static async Task<string?> NewerMigrationAsync(StoreContext store) =>
        (await store.Database.GetAppliedMigrationsAsync()).Except(store.Database.GetMigrations()).FirstOrDefault() is { } unknown
            ? $"The store has the migration {unknown} of a newer version; start that version, or restore a backup from before the upgrade."
            : null;

    /// <summary>One by one, each in a transaction of its own: a process that ends on the way leaves those before it done.</summary>
    private static async Task MigrateAsync(StoreContext store, MigrationProgress progress)
    {
        string[] pending = [.. await store.Database.GetPendingMigrationsAsync()];
        IMigrator migrator = store.GetService<IMigrator>();
        for (int i = 0; i < pending.Length; i++)
        {
            string migration = pending[i];
            await progress.WatchAsync(migration, i + 1, pending.Length, () => migrator.MigrateAsync(migration));
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
            catch (Exception e) when ((e is IOException || StoreFaults.IsAway(e)) && !patience.IsCancellationRequested)
            {
                await Task.Delay(s_pause);
            }
        }
    }
}
