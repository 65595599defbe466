using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AutoencoderApi.Api.Store;

/// <summary>Tells a store that cannot answer now, or has no room, from a fault of this program. EF and Hangfire wrap both alike.</summary>
internal static class StoreFaults
{
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
        SqliteException sqlite => sqlite.SqliteErrorCode == 13, // SQLITE_FULL
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.DiskFull,
        _ => false,
    });

    // The server is stopping or starting, has ended this session (25P03: idle within a transaction), or has no more room for sessions.
    private static bool IsGone(string sqlState) => sqlState is "25P03" || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState.StartsWith("08", StringComparison.Ordinal) || sqlState.StartsWith("53", StringComparison.Ordinal);

    /// <summary>The fault and what it was wrapped around, the innermost last.</summary>
    public static IEnumerable<Exception> Causes(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            yield return fault;
        }
    }
}
