using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Store;

/// <summary>Reports in the log how far the migrations are: a large store takes minutes, in which the service does not answer.</summary>
internal sealed partial class MigrationProgress(IDbContextFactory<AppDbContext> stores, ILogger<MigrationProgress> logger)
{
    // The counts of a phase are zero while it has none (PostgreSQL documentation, "CREATE INDEX Progress Reporting").
    private static readonly FormattableString s_indexProgress = $"""
        SELECT ', ' || phase || COALESCE(', ' || (100 * COALESCE(
            tuples_done::float8 / NULLIF(tuples_total, 0), blocks_done::float8 / NULLIF(blocks_total, 0)))::int || ' %', '') AS "Value"
        FROM pg_stat_progress_create_index WHERE datname = current_database()
        """;

    private bool _waits;

    /// <summary>Time between two lines about one migration.</summary>
    public TimeSpan Between { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Another process has the lock.</summary>
    public void Waits()
    {
        if (!_waits)
        {
            _waits = true;
            Log.Waits(logger);
        }
    }

    /// <summary>Runs a migration, with a line at its start and one each time that <see cref="Between"/> has passed.</summary>
    public async Task WatchAsync(string migration, int number, int count, Func<Task> migrate)
    {
        long began = Stopwatch.GetTimestamp();
        Log.Begins(logger, number, count, migration);
        Task migrating = migrate();
        while (await Task.WhenAny(migrating, Task.Delay(Between)) != migrating)
        {
            Log.GoesOn(logger, number, count, migration, Stopwatch.GetElapsedTime(began).TotalSeconds, await PartAsync());
        }

        await migrating;
    }

    /// <summary>How far PostgreSQL is with an index, such as <c>, loading tuples in tree, 45 %</c>; empty where it builds none.</summary>
    private async Task<string> PartAsync()
    {
        await using AppDbContext store = await stores.CreateDbContextAsync();
        try
        {
            return store.Database.IsNpgsql()
                ? (await store.Database.SqlQuery<string>(s_indexProgress).ToListAsync()).FirstOrDefault("")
                : "";
        }
        catch (Exception e) when (DbFaults.IsTransient(e))
        {
            return ""; // no more sessions, say: the migration itself goes on
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Migration {Number} of {Count} of the store: {Migration}")]
        public static partial void Begins(ILogger logger, int number, int count, string migration);

        [LoggerMessage(2, LogLevel.Information, "Migration {Number} of {Count} of the store, {Migration}, runs for {Seconds:F0} s{Part}")]
        public static partial void GoesOn(ILogger logger, int number, int count, string migration, double seconds, string part);

        [LoggerMessage(3, LogLevel.Information, "Another process brings the store up to date; this one waits for it")]
        public static partial void Waits(ILogger logger);
    }
}
