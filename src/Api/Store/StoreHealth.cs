using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SQLitePCL;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Ready means that the store takes a write, soon, and that the process is not about to end. The write gives the one row of the sweeps the
/// value that it has: it is refused wherever a job's would be, as by a standby or a missing privilege, and leaves the store as large as it
/// was. SQLite's log may have a page left on a full disk: room is asked for by itself.
/// </summary>
internal sealed class StoreHealth(IDbContextFactory<AppDbContext> stores, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public const string Tag = "ready";
    private const int RoomBytes = 1 << 20; // several jobs without their checkpoints
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(StoreOptions.SqliteWaitSeconds);

    private long? _busySince;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The process is ending.");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        try
        {
            int written = await WriteAsync(timeout.Token);
            _busySince = null;
            return written > 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The store is not the service's: the row of the sweeps is gone.");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_BUSY)
        {
            // Another writer, such as the upload of a data set, is no fault until other writes have waited for it in vain.
            _busySince ??= Stopwatch.GetTimestamp();
            return Stopwatch.GetElapsedTime(_busySince.Value) < s_busy
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("Another writer holds the store.");
        }
        catch (Exception e) when (DbFaults.IsTransient(e)
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy($"The store does not answer: {e.Message}");
        }
    }

    private async Task<int> WriteAsync(CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (store.Database.IsSqlite())
        {
            await store.Database.OpenConnectionAsync(token);
            await store.Database.ExecuteSqlAsync($"PRAGMA busy_timeout = 0", token); // of this connection, until it is opened again
            store.Database.SetCommandTimeout(s_timeout);
            DbFaults.ThrowIfFull(store, RoomBytes);
        }

        return await store.Sweeps.ExecuteUpdateAsync(set => set.SetProperty(sweep => sweep.NextAt, sweep => sweep.NextAt), token);
    }
}

internal static class HealthEndpoints
{
    /// <summary>Open to whoever reaches the service, uncounted: probes have no key. They tell one word.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous().DisableRateLimiting();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(StoreHealth.Tag) })
            .AllowAnonymous()
            .DisableRateLimiting();
    }
}
