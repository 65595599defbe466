using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace AutoencoderApi.Faults.Tests;

/// <summary>A store of a drill's own, and a way into it that is not the service.</summary>
internal abstract class Store : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>What tells the service of it.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Settings { get; }

    /// <summary>The roles of the processes that a drill on it has.</summary>
    public abstract IReadOnlyList<string> Roles { get; }

    public static Task<Store> CreateAsync(string name) => name switch
    {
        "sqlite" => Task.FromResult<Store>(new SqliteStore()),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

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

    protected override DbConnection Connect() => new SqliteConnection($"Data Source={Path.Combine(_folder, "autoencoder.db")};Pooling=false");
}
