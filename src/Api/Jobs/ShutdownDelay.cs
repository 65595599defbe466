namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Holds the end of the process up for a moment in which <c>/health/ready</c> already says no while calls are still
/// answered, so that a load balancer can stop routing in time.
/// </summary>
internal sealed class ShutdownDelay(IHostApplicationLifetime lifetime, TimeProvider time) : IHostedLifecycleService
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(500);

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication(); // the token that readiness and running jobs watch; set already where a signal came
        return Task.Delay(s_delay, time, CancellationToken.None);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
