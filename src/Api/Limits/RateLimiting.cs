using System.Globalization;
using System.Threading.RateLimiting;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.RateLimiting;

namespace AutoencoderApi.Api.Limits;

/// <summary>How often a caller may ask: a token bucket for each key, or for each address where there is no key.</summary>
internal static class RateLimiting
{
    private const int DefaultPerSecond = 1_000;
    private const int RefillsPerSecond = 10;

    public static void Configure(RateLimiterOptions options, LimitsOptions limits)
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => Bucket(context.IdOrAddress(), limits));
        options.OnRejected = async (rejected, _) =>
        {
            int seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait)
                ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
                : 1;
            await Problems
                .TooManyRequests("Requests come faster than one caller may send them.", seconds)
                .ExecuteAsync(rejected.HttpContext);
        };
    }

    private static RateLimitPartition<string> Bucket(string caller, LimitsOptions limits)
    {
        if (caller == ClaimsPrincipalExtensions.Local && limits.RequestsPerSecond is null)
        {
            return RateLimitPartition.GetNoLimiter(caller);
        }

        int perSecond = limits.RequestsPerSecond ?? DefaultPerSecond;
        return RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * limits.BurstSeconds,
            TokensPerPeriod = perSecond < RefillsPerSecond ? perSecond : perSecond / RefillsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(perSecond < RefillsPerSecond ? 1 : 1.0 / RefillsPerSecond),
            QueueLimit = 0,
        });
    }
}
