using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AutoencoderApi.Api.Store;

/// <summary>Tells a store that cannot answer now, or has no room, from a fault of this program. EF and Hangfire wrap both alike.</summary>
internal static class StoreFaults
{
    private const int SqliteFull = 13;

    /// <summary>Whether the same call may well succeed later.</summary>
    public static bool IsAway(Exception fault) => Causes(fault).Any(cause => cause switch
    {
        // https://sqlite.org/rescode.html: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14,
        PostgresException postgres => postgres.IsTransient || IsFull(postgres) || IsGone(postgres.SqlState),
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException,
        _ => false,
    });

    /// <summary>Whether the store has no room for what was to be written.</summary>
    public static bool IsFull(Exception fault) => Causes(fault).Any(cause => cause switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteFull,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.DiskFull,
        _ => false,
    });

    /// <summary>
    /// Throws, before anything is written, where SQLite has no room for so many bytes in its log and then in its file. A transaction that
    /// meets a full disk is undone, and its log still fills the disk, so that no other one can be written to the file.
    /// </summary>
    public static void ThrowIfFull(StoreContext store, long bytes)
    {
        if (store.Database.IsSqlite() && new DriveInfo(Path.GetFullPath(store.Database.GetDbConnection().DataSource)).AvailableFreeSpace < 2 * bytes)
        {
            throw new SqliteException($"There is no room for {bytes} bytes.", SqliteFull);
        }
    }

    // The server is stopping or starting, has ended this session (25P03: idle within a transaction), or has no more room for sessions.
    private static bool IsGone(string sqlState) => sqlState is "25P03" || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState.StartsWith("08", StringComparison.Ordinal) || sqlState.StartsWith("53", StringComparison.Ordinal);

    private static IEnumerable<Exception> Causes(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            yield return fault;
        }
    }
}
