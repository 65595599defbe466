using System.Diagnostics;
using AutoencoderApi.Api.Startup;
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
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>Opens the store, waiting for it where waiting may help, and brings it up to date.</summary>
    /// <param name="stop">
    /// Ends the wait. SQLite's calls and some of Npgsql's cannot be interrupted: what has not ended after a second is left where it is, as
    /// a kill would leave it.
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
        var stores = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using AppDbContext store = await stores.CreateDbContextAsync(stop);
        store.Database.SetCommandTimeout(options.MigrationTime);
        var progress = new MigrationProgress(stores, services.GetRequiredService<ILogger<MigrationProgress>>());
        if (store.Database.IsSqlite())
        {
            await using FileStream held = await Patiently(
                () => Task.FromResult(Open(Path.Combine(options.Folder, "migrating.lock"), FileShare.None)),
                stop);
            await Open(options.SqliteFile, FileShare.ReadWrite).DisposeAsync(); // connections make no file: StoreOptions
            await MigrateSqliteAsync(store, progress, stop);
        }
        else
        {
            await Patiently(() => MigratePostgresAsync(store, options, progress, services, stop), stop);
        }
    }

    private static FileStream Open(string path, FileShare share) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);

    private static async Task MigrateSqliteAsync(AppDbContext store, MigrationProgress progress, CancellationToken stop)
    {
        await RefuseUnknownAsync(store, stop);
        // kept by the file: reading goes on while another writes
        await store.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'", stop);
        await store.Database.ExecuteSqlAsync($"""DROP TABLE IF EXISTS "__EFMigrationsLock" """, stop); // left by a killed process
        await MigrateWithoutForeignKeysAsync(store, progress, stop);

        // A queue in memory is born empty: no entry that an earlier process has made is in it.
        await store.Jobs.Where(job => job.QueueEntry != null).ExecuteUpdateAsync(
            set => set.SetProperty(job => job.QueueEntry, (string?)null).SetProperty(job => job.QueueCheckAt, (DateTime?)null), stop);
    }

    /// <summary>
    /// A migration may build a table anew, and dropping the old one must not take the rows that refer to it along. SQLite heeds the switch
    /// only outside of a transaction, so no migration can set it and be one transaction.
    /// </summary>
    private static async Task MigrateWithoutForeignKeysAsync(AppDbContext store, MigrationProgress progress, CancellationToken stop)
    {
        await store.Database.OpenConnectionAsync(stop);
        await store.Database.ExecuteSqlAsync($"PRAGMA foreign_keys = 0", stop);
        await MigrateAsync(store, progress, stop);
        await store.Database.ExecuteSqlAsync($"PRAGMA foreign_keys = 1", stop);
        await store.Database.CloseConnectionAsync();
    }

    private static async Task<bool> MigratePostgresAsync(
        AppDbContext store, StoreOptions options, MigrationProgress progress, IServiceProvider services, CancellationToken stop)
    {
        await store.Database.OpenConnectionAsync(stop);
        try
        {
            // Asked again and again: a statement that waits for the lock would run into the connection's time limit.
            long began = Stopwatch.GetTimestamp();
            while (!(await store.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_lock({LockKey}) AS "Value" """).ToListAsync(stop))[0])
            {
                if (Stopwatch.GetElapsedTime(began) > options.MigrationTime)
                {
                    throw new StartException(
                        $"Another process has been migrating the store for {options.MigrationMinutes} minutes (Store:MigrationMinutes); "
                        + $"its log says how far it is."
                    );
                }

                progress.Waits();
                await Task.Delay(s_retryDelay, stop);
            }

            await RefuseUnknownAsync(store, stop);
            await MigrateAsync(store, progress, stop);
            services.GetRequiredService<JobStorage>(); // makes the queue's tables
            await store.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({LockKey})", stop);
            return true;
        }
        finally
        {
            await store.Database.CloseConnectionAsync();
        }
    }

    /// <summary>
    /// Refuses tables that this version would misuse. A migration's id begins with its time, so an unknown one is newer or
    /// older.
    /// </summary>
    private static async Task RefuseUnknownAsync(AppDbContext store, CancellationToken stop)
    {
        string[] known = [.. store.Database.GetMigrations()];
        if ((await store.Database.GetAppliedMigrationsAsync(stop)).Except(known).Max(StringComparer.Ordinal) is not { } unknown)
        {
            return;
        }

        bool isNewer = string.CompareOrdinal(unknown, known[^1]) > 0;
        string another = store.Database.IsSqlite() ? "an empty folder in Store__Folder" : "an empty database in ConnectionStrings__Store";
        throw new StartException($"The store has the migration {unknown} of " + (isNewer
            ? "a newer version of this service; start that version, or restore a backup from before the upgrade."
            : $"an older version of this service, which this version cannot upgrade; start that version, or name {another}."));
    }

    /// <summary>One by one, each in a transaction of its own: a process that ends on the way leaves those before it done.</summary>
    private static async Task MigrateAsync(AppDbContext store, MigrationProgress progress, CancellationToken stop)
    {
        if (!(await store.Database.GetAppliedMigrationsAsync(stop)).Any())
        {
            await store.Database.MigrateAsync(stop); // a new store: there is nothing in it that could take time
            return;
        }

        string[] pending = [.. await store.Database.GetPendingMigrationsAsync(stop)];
        IMigrator migrator = store.GetService<IMigrator>();
        for (int i = 0; i < pending.Length; i++)
        {
            string migration = pending[i];
            await progress.WatchAsync(migration, i + 1, pending.Length, () => migrator.MigrateAsync(migration, stop));
        }
    }

    /// <summary>Waits for a database that is still starting, or for another process to finish.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> action, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(s_timeout);
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when (StoreStartFailure.MayPass(e) && !timeout.IsCancellationRequested)
            {
                await Task.Delay(s_retryDelay, stop);
            }
        }
    }
}
