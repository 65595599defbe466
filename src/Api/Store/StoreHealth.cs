using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AutoencoderApi.Api.Store;

/// <summary>Ready means that the store itself answers.</summary>
internal sealed class StoreHealth(IDbContextFactory<StoreContext> stores) : IHealthCheck
{
    public const string Tag = "ready";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using StoreContext store = await stores.CreateDbContextAsync(cancellationToken);
            await store.Jobs.OrderBy(job => job.Id).Select(job => job.Id).FirstOrDefaultAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (System.Data.Common.DbException e)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.", e);
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
