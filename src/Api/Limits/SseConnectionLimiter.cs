using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>Limits the event streams that each caller reads at a time: a reader holds its connection for as long as it likes.</summary>
internal sealed class SseConnectionLimiter(IOptions<LimitsOptions> limits) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _readers = PartitionedRateLimiter.Create<string, string>(
        caller => RateLimitPartition.GetConcurrencyLimiter(
            caller, _ => new ConcurrencyLimiterOptions { PermitLimit = limits.Value.EventReaders, QueueLimit = 0 }));

    /// <summary>Null where the caller reads as many as it may; else to be disposed of when the reader has gone.</summary>
    public IDisposable? TryEnter(string caller) => _readers.AttemptAcquire(caller) is { IsAcquired: true } lease ? lease : null;

    public void Dispose() => _readers.Dispose();
}
