using AutoencoderApi.Api.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AutoencoderApi.Api.Store;

internal static class StoreSetup
{
    public static void AddStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<StoreOptions>(StoreOptions.Section);
        services.AddSingleton<DeletionInterceptor>();
        if (configuration.Provider() == StoreProvider.Postgres)
        {
            // Nothing here leaves anything behind in its session that would have to be reset.
            string connection = new NpgsqlConnectionStringBuilder(configuration.PostgresConnection())
            {
                NoResetOnClose = true,
            }.ConnectionString;
            services.AddPooledDbContextFactory<PostgresAppDbContext>(
                (provider, options) =>
                    options
                        .UseNpgsql(connection)
                        .AddInterceptors(provider.GetRequiredService<DeletionInterceptor>())
                        .LeaveFaultsToTheCaller());
            services.AddSingleton<IDbContextFactory<AppDbContext>, Factory<PostgresAppDbContext>>();
        }
        else
        {
            services.AddPooledDbContextFactory<SqliteAppDbContext>(
                (provider, options) =>
                    options
                        .UseSqlite(provider.GetRequiredService<IOptions<StoreOptions>>().Value.SqliteConnection())
                        .AddInterceptors(new SqliteBusyWait(), new SqliteMovedFile(), provider.GetRequiredService<DeletionInterceptor>())
                        .LeaveFaultsToTheCaller());
            services.AddSingleton<IDbContextFactory<AppDbContext>, Factory<SqliteAppDbContext>>();
        }
    }

    public static StoreProvider Provider(this IConfiguration configuration) =>
        configuration.GetValue($"{StoreOptions.Section}:{nameof(StoreOptions.Provider)}", StoreProvider.Sqlite);

    /// <summary>PostgreSQL's connection string; that it is there was checked at start.</summary>
    public static string PostgresConnection(this IConfiguration configuration) =>
        StoreOptions.PostgresConnection(configuration.GetConnectionString(StoreOptions.ConnectionName)!);

    /// <summary>
    /// EF logs each fault with its stack trace and throws it too. Whoever catches it knows whether it was a lost race, an outage
    /// or a fault.
    /// </summary>
    private static void LeaveFaultsToTheCaller(this DbContextOptionsBuilder options) =>
        options.ConfigureWarnings(events =>
            events.Log(
                (RelationalEventId.ConnectionError, LogLevel.Debug),
                (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.TransactionError, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug)));

    private sealed class Factory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<AppDbContext>
        where TContext : AppDbContext
    {
        public AppDbContext CreateDbContext() => contexts.CreateDbContext();

        public async Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken) =>
            await contexts.CreateDbContextAsync(cancellationToken);
    }
}
