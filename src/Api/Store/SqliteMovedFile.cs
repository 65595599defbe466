using System.Data.Common;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Refuses all further use of a database whose file was deleted or moved while the service ran: a connection that was open before goes
/// on writing into a file without a name. The refusal stays until the process ends, as another file of that name is another store, with
/// other leases.
/// </summary>
internal sealed class SqliteMovedFile : DbConnectionInterceptor
{
    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html and https://sqlite.org/rescode.html
    private const int HasMoved = 20;
    private const int ReadOnly = 8, ReadOnlyDatabaseMoved = 1032;

    private volatile bool _hasMoved;

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Check((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        Check((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private void Check(SqliteConnection connection)
    {
        _hasMoved =
            _hasMoved || (FileControl(connection.Handle!.DangerousGetHandle(), "main", HasMoved, out int hasMoved) == 0 && hasMoved != 0);
        if (_hasMoved)
        {
            connection.Close();
            throw new SqliteException(
                $"'{connection.DataSource}' was moved or deleted while the service ran; restart the service.",
                ReadOnly,
                ReadOnlyDatabaseMoved);
        }
    }

    [DllImport(
        "e_sqlite3",
        EntryPoint = "sqlite3_file_control",
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int FileControl(IntPtr database, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int operation, out int answer);
}
