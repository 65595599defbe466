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
        await store.Database.MigrateAsync(); // a new SQLite file is put into WAL mode here, for good
    }

    private static string ConnectionString(StoreOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(options.Folder, "autoencoder.db"),
        ForeignKeys = true,
        DefaultTimeout = 10, // seconds to wait for another writer
    }.ToString();
}
