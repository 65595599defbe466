using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Store;

internal static class StoreSetup
{
    public static void AddStore(this IServiceCollection services)
    {
        services.AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddPooledDbContextFactory<StoreContext>((provider, options) =>
            options.UseSqlite(ConnectionString(provider.GetRequiredService<IOptions<StoreOptions>>().Value)));
    }

    /// <summary>Makes the folder and brings the tables up to date.</summary>
    public static async Task MigrateStoreAsync(this IServiceProvider services)
    {
        Directory.CreateDirectory(services.GetRequiredService<IOptions<StoreOptions>>().Value.Folder);
        await using StoreContext store = await services.GetRequiredService<IDbContextFactory<StoreContext>>().CreateDbContextAsync();
        // EF Core's lock on SQLite is a row: one left by a process that was killed while it migrated would hold up every later start.
        await store.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = 'wal'; DROP TABLE IF EXISTS \"__EFMigrationsLock\";");
        await store.Database.MigrateAsync();
    }

    private static string ConnectionString(StoreOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(options.Folder, "autoencoder.db"),
        ForeignKeys = true,
        DefaultTimeout = 10, // seconds to wait for another writer
    }.ToString();
}
