using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AutoencoderApi.Api.Tests;

/// <summary>A store for processes of the service, and a way into it that is not the service.</summary>
internal sealed class ServiceStore : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly string? _postgres;

    private ServiceStore(string? postgres) => _postgres = postgres;

    /// <param name="provider"><c>sqlite</c> or <c>postgres</c>.</param>
    public static async Task<ServiceStore> New(string provider, PostgresServer postgres) =>
        new(provider == "postgres" ? await postgres.NewDatabase() : null);

    /// <summary>Starts a process of all roles with one training thread, and waits until it is ready.</summary>
    public Task<ServiceProcess> Start() =>
        ServiceProcess.Start(_folder, _postgres is null ? [("Training__Threads", "1")] : PostgresServer.Settings(_postgres));

    public async Task Execute(string sql)
    {
        await using DbConnection connection = _postgres is null
            ? new SqliteConnection($"Data Source={Path.Combine(_folder, "autoencoder.db")};Pooling=false")
            : new NpgsqlConnection($"{_postgres};Pooling=false");
        await connection.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of these tests
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// From now on a statement of that kind fails, with a code that PostgreSQL or, whatever the code, SQLite gives for a fault of
    /// the statement.
    /// </summary>
    /// <param name="statement">Such as <c>INSERT ON metrics</c>.</param>
    /// <param name="code">A SQLSTATE.</param>
    public Task Break(string statement, string code = "XX000") => Execute(_postgres is null
        ? $"CREATE TRIGGER broken BEFORE {statement} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        : $"""
          CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'broken' USING errcode = '{code}'; END $$;
          CREATE TRIGGER broken BEFORE {statement} FOR EACH ROW EXECUTE FUNCTION broken()
          """);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
