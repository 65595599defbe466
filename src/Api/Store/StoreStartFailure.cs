using AutoencoderApi.Api.Startup;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AutoencoderApi.Api.Store;

/// <summary>Tells an operator why the store cannot be used at start.</summary>
internal static class StoreStartFailure
{
    private const int WouldBlock = 11; // EWOULDBLOCK of Linux: another process holds the file's lock

    /// <summary>
    /// Whether waiting may help: another process is at work, or the server is still starting. A wrong password stays
    /// wrong.
    /// </summary>
    public static bool MayPass(Exception fault) =>
        fault is IOException { HResult: WouldBlock } || (DbFaults.IsTransient(fault) && !DbFaults.IsRefused(fault));

    /// <returns>One sentence, or null where the fault is not of the store.</returns>
    public static string? Sentence(Exception fault, IServiceProvider services)
    {
        StoreOptions options = services.GetRequiredService<IOptions<StoreOptions>>().Value;
        if (fault is IOException or UnauthorizedAccessException)
        {
            return $"Store__Folder is '{Path.GetFullPath(options.Folder)}', which {ProcessUser.Description} cannot use: {fault.Message}";
        }

        Exception? cause = DbFaults.Causes(fault).FirstOrDefault(cause => cause is SqliteException or NpgsqlException);
        return cause switch
        {
            SqliteException sqlite =>
                $"{Reason(sqlite)} '{Path.GetFullPath(options.SqliteFile)}' (Store__Folder), as {ProcessUser.Description}: "
                + $"{sqlite.Message}",
            NpgsqlException =>
                $"{Server(services.GetRequiredService<IConfiguration>())}: "
                + $"{(cause as PostgresException)?.MessageText ?? StartFailure.WithCause(cause)}.",
            _ => null,
        };
    }

    private static string Reason(SqliteException sqlite) =>
        sqlite.SqliteErrorCode switch
        {
            // CORRUPT, NOTADB of https://sqlite.org/rescode.html
            11 or 26 => "The store is damaged, or no SQLite database; restore a backup or move it away:",
            8 or 10 or 13 or 14 => "The store cannot be opened or written:", // READONLY, IOERR, FULL, CANTOPEN
            _ => "The store cannot be brought up to date:",
        };

    private static string Server(IConfiguration configuration)
    {
        var connection = new NpgsqlConnectionStringBuilder(configuration.PostgresConnection());
        return $"PostgreSQL at {connection.Host}:{connection.Port} (ConnectionStrings__Store) cannot be used as user "
            + $"'{connection.Username}' with database '{connection.Database}'";
    }
}
