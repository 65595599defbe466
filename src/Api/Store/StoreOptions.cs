using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AutoencoderApi.Api.Store;

internal enum StoreProvider
{
    Sqlite,
    Postgres,
}

/// <summary>Where jobs, metrics and checkpoints are kept.</summary>
internal sealed class StoreOptions
{
    public const string Section = "Store";

    /// <summary>The name under <c>ConnectionStrings</c> of PostgreSQL's connection string.</summary>
    public const string ConnectionName = "Store";

    [EnumDataType(typeof(StoreProvider))]
    public StoreProvider Provider { get; set; }

    /// <summary>Holds the SQLite file and, unless configured elsewhere, the data sets. Made where it is missing.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Store:Folder is empty; set it to a folder, or leave it out.")]
    public string Folder { get; set; } = "./data";

    /// <summary>
    /// Days after which an ended job is deleted with its metrics and checkpoints, unless a tag names one of them; null keeps
    /// all.
    /// </summary>
    [Range(1e-6, 36_500)]
    public double? RetentionDays { get; set; }

    /// <summary>Minutes that one statement of a migration may take, and that a process waits for another one to migrate.</summary>
    [Range(1, 10_080)]
    public int MigrationMinutes { get; set; } = 120;

    public TimeSpan MigrationTime => TimeSpan.FromMinutes(MigrationMinutes);

    /// <summary>Seconds that a write waits for another writer on SQLite.</summary>
    public const int SqliteWaitSeconds = 10;

    public string SqliteFile => Path.Combine(Folder, "autoencoder.db");

    /// <summary>Of connections that never make the file: one that has gone from under a running service must not come back empty.</summary>
    public string SqliteConnection() => new SqliteConnectionStringBuilder
    {
        DataSource = SqliteFile,
        Mode = SqliteOpenMode.ReadWrite,
        ForeignKeys = true,
        DefaultTimeout = SqliteWaitSeconds,
    }.ToString();

    private const int PreparedStatements = 64; // more than the store has

    /// <summary>
    /// What the operator has given, with times that let a caller and a lease outlive a silent server, and with statements that are planned
    /// once for each connection and not at every call (docs/performance.md).
    /// </summary>
    public static string PostgresConnection(string configured)
    {
        var connection = new NpgsqlConnectionStringBuilder(configured);
        string[] given =
        [
            .. configured.Split(';').Select(pair => pair.Split('=')[0].Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()),
        ];
        connection.Timeout = given.Contains("TIMEOUT") ? connection.Timeout : 3; // seconds to connect
        connection.CommandTimeout = given.Contains("COMMANDTIMEOUT") ? connection.CommandTimeout : 8;
        connection.CancellationTimeout = given.Contains("CANCELLATIONTIMEOUT") ? connection.CancellationTimeout : 500; // ms
        connection.MaxAutoPrepare = given.Contains("MAXAUTOPREPARE") ? connection.MaxAutoPrepare : PreparedStatements;
        // A worker frozen within a transaction holds its job's row: the server lets go of it before the lease has run out.
        connection.Options ??= "-c idle_in_transaction_session_timeout=5000";
        return connection.ToString();
    }
}
