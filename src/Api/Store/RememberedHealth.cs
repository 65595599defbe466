using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// The store's health, asked of the store once a second at most however many callers want it: the endpoint is open to everybody.
/// All who ask meanwhile share one check. That the process is about to end is known at once.
/// </summary>
internal sealed class RememberedHealth(StoreHealth health, IHostApplicationLifetime lifetime, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<HealthCheckResult>? _check;
    private long _begun;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            bool isKnown = _check is { IsCompleted: false }
                || (_check is { IsCompletedSuccessfully: true } && time.GetElapsedTime(_begun) < s_remembered);
            if (!isKnown || lifetime.ApplicationStopping.IsCancellationRequested)
            {
                _begun = time.GetTimestamp();

                // On a thread of its own, since SQLite computes before it returns; and not with the token of the one caller who began it.
                _check = Task.Run(() => health.CheckHealthAsync(context, CancellationToken.None), CancellationToken.None);
            }

            return _check!.WaitAsync(cancellationToken);
        }
    }
}
