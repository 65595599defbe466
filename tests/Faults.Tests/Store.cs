using System.Data.Common;
using AutoencoderApi.Api.Tests;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AutoencoderApi.Faults.Tests;

/// <summary>A store of a scenario's own, and a way into it that is not the service.</summary>
internal abstract class Store : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>What tells the service of it.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Settings { get; }

    /// <summary>The roles of the processes that a scenario on it has.</summary>
    public abstract IReadOnlyList<string> Roles { get; }

    public static async Task<Store> CreateAsync(string name, PostgresServer postgres) =>
        name == "sqlite" ? new SqliteStore() : new PostgresStore(await postgres.NewDatabase());

    public abstract ValueTask DisposeAsync();

    public async Task<int> ExecuteAsync(string sql)
    {
        await using DbConnection connection = Connect();
        await connection.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of these tests
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Flips every bit of one byte in the middle of the newest checkpoint's file.</summary>
    public async Task DamageNewestCheckpointAsync()
    {
        await using DbConnection connection = Connect();
        await connection.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = """SELECT "Content" FROM checkpoint_files ORDER BY "CheckpointId" DESC LIMIT 1""";
        byte[] content = (byte[])(await command.ExecuteScalarAsync())!;
        content[content.Length / 2] ^= 0xff;
        command.CommandText = """
            UPDATE checkpoint_files SET "Content" = @content
            WHERE "CheckpointId" = (SELECT "CheckpointId" FROM checkpoint_files ORDER BY "CheckpointId" DESC LIMIT 1)
            """;
        DbParameter parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("content", content);
        command.Parameters.Add(parameter);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    protected abstract DbConnection Connect();
}

internal sealed class SqliteStore(string? folder = null) : Store
{
    private readonly string _folder = folder ?? Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public override string Name => "sqlite";

    public override IEnumerable<KeyValuePair<string, string>> Settings => [new("Store__Folder", _folder)];

    public override IReadOnlyList<string> Roles => ["all"];

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override DbConnection Connect() =>
        new SqliteConnection($"Data Source={Path.Combine(_folder, "autoencoder.db")};Pooling=false");
}

/// <summary>A database of its own on the tests' PostgreSQL server.</summary>
internal sealed class PostgresStore(string connection) : Store
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public override string Name => "postgres";

    public override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Store__Provider", "postgres"), new("Store__Folder", _folder), new("ConnectionStrings__Store", connection)];

    public override IReadOnlyList<string> Roles => ["api", "worker", "worker"];

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override DbConnection Connect() => new NpgsqlConnection($"{connection};Pooling=false");
}
