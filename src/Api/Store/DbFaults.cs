using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SQLitePCL;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Tells a store that is unavailable, or has no room, from a fault of this program. EF and Hangfire wrap both alike. PostgreSQL's codes are
/// judged by their class, the first two letters (https://www.postgresql.org/docs/current/errcodes-appendix.html).
/// </summary>
internal static class DbFaults
{
    private const int SqliteConstraint = 19; // SQLITE_CONSTRAINT, sqlite.org/rescode.html
    private const string IntegrityClass = "23"; // SQLSTATE class of integrity constraint violations, ISO/IEC 9075-2

    /// <summary>Classes that say something of the server, its machine or its operator, and nothing of the statement.</summary>
    private static readonly HashSet<string> s_unavailable =
    [
        "08", // connection exception
        "28", // invalid authorization: the password or the role is not taken
        "40", // transaction rollback: serialization failure, deadlock
        "53", // insufficient resources: disk full, out of memory, too many connections
        "55", // object not in prerequisite state: locked, in use, or a database that takes no connections
        "57", // operator intervention: statement cancelled, shutdown, starting up, database dropped
        "58", // system error: the disk
    ];

    /// <summary>Single codes of classes that are otherwise of the statement.</summary>
    private static readonly HashSet<string> s_unavailableCodes =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction, // a standby, or a server that its keepers have set read-only
        "25P03", // idle in transaction timeout
        "25P04", // transaction timeout
        PostgresErrorCodes.InvalidCatalogName, // the database is not there
        PostgresErrorCodes.InvalidSchemaName,
        PostgresErrorCodes.UndefinedTable, // nor are its tables: a restore is under way
        PostgresErrorCodes.InsufficientPrivilege,
    ];

    /// <summary>
    /// Whether the same call may well succeed later. A call that was cancelled by its own token is not the store's to answer
    /// for.
    /// </summary>
    public static bool IsTransient(Exception fault) =>
        fault is not OperationCanceledException
        && Causes(fault)
            .Any(cause =>
                cause switch
                {
                    // https://sqlite.org/rescode.html: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
                    SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14 or 15,
                    PostgresException postgres => s_unavailable.Contains(postgres.SqlState[..2])
                        || s_unavailableCodes.Contains(postgres.SqlState),
                    NpgsqlException npgsql => npgsql.IsTransient
                        || npgsql.InnerException is IOException or SocketException or TimeoutException,
                    _ => false,
                });

    /// <summary>Whether a write violated a constraint of the database: it lost a race against another write.</summary>
    public static bool IsConstraintViolation(Exception e) => (e is DbUpdateException update ? update.InnerException : e) switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteConstraint,
        DbException other => other.SqlState?.StartsWith(IntegrityClass, StringComparison.Ordinal) is true,
        _ => false,
    };

    /// <summary>
    /// Whether the server answers and does not let this program in: at start a setting is wrong, and waiting mends
    /// nothing.
    /// </summary>
    public static bool IsRefused(Exception fault) =>
        Causes(fault)
            .Any(cause =>
                cause is PostgresException { SqlState: var code }
                && (
                    code.StartsWith("28", StringComparison.Ordinal)
                    || code is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege));

    /// <summary>Whether the store has no room for what was to be written.</summary>
    public static bool IsFull(Exception fault) => Causes(fault).Any(cause => cause switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == raw.SQLITE_FULL,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.DiskFull,
        _ => false,
    });

    /// <summary>
    /// Throws, before anything is written, where SQLite has no room for so many bytes in its log and then in its file. A transaction that
    /// meets a full disk is undone, and its log still fills the disk, so that no other one can be written to the file.
    /// </summary>
    public static void ThrowIfFull(AppDbContext store, long bytes)
    {
        if (store.Database.IsSqlite()
            && new DriveInfo(Path.GetFullPath(store.Database.GetDbConnection().DataSource)).AvailableFreeSpace < 2 * bytes)
        {
            throw new SqliteException($"There is no room for {bytes} bytes.", raw.SQLITE_FULL);
        }
    }

    /// <summary>The fault and what it was wrapped around, the innermost last.</summary>
    public static IEnumerable<Exception> Causes(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            yield return fault;
        }
    }
}
