using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AutoencoderApi.Api.Store;

/// <summary>Ready means that the store itself answers, soon, and that the process is not about to end.</summary>
internal sealed class StoreHealth(IDbContextFactory<StoreContext> stores, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public const string Tag = "ready";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The process is ending.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            await using StoreContext store = await stores.CreateDbContextAsync(patience.Token);
            await store.Jobs.OrderBy(job => job.Id).Select(job => job.Id).FirstOrDefaultAsync(patience.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (StoreFaults.IsAway(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy($"The store does not answer: {e.Message}");
        }
    }
}

internal static class HealthEndpoints
{
    /// <summary>Open to whoever reaches the service, uncounted: probes have no key. They tell one word.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous().DisableRateLimiting();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(StoreHealth.Tag) }).AllowAnonymous().DisableRateLimiting();
    }
}
