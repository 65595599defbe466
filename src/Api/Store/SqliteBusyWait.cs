using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Lets SQLite itself wait for another writer, which it does in steps from 1 ms on. Microsoft.Data.Sqlite, to which a busy file
/// comes otherwise, sleeps 150 ms before it tries again.
/// </summary>
internal sealed class SqliteBusyWait : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Set(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        Set(connection);
        return Task.CompletedTask;
    }

    private static void Set(DbConnection connection)
    {
        var sqlite = (SqliteConnection)connection;
        raw.sqlite3_busy_timeout(sqlite.Handle, 1000 * sqlite.DefaultTimeout);
    }
}
