using System.Net.Sockets;
using AutoencoderApi.Api.Commands;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Startup;

/// <summary>Runs the service until it is asked to stop.</summary>
internal static class Serving
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>
    /// The host logs why it could not start, with a stack trace, and throws the same: <see cref="StartFailure"/> reports it
    /// once.
    /// </summary>
    public static void LeaveStartFailuresToTheCaller(this IServiceCollection services) =>
        services
            .AddOptions<LoggerFilterOptions>()
            .Configure<IServiceProvider>(
                (filters, provider) =>
                    filters.AddFilter(HostCategory, level =>
                        level >= LogLevel.Information
                        && provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested));

    /// <summary>Checks every setting that is checked at start, before anything is made or changed.</summary>
    public static void CheckSettings(this WebApplication app) => app.Services.GetRequiredService<IStartupValidator>().Validate();

    /// <summary>
    /// Starts the service and returns once it has stopped. Where it is asked to stop while it starts, what had started is stopped
    /// in order.
    /// </summary>
    public static async Task ServeAsync(this WebApplication app, CancellationToken stop)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync(stop);
            }
            catch (OperationCanceledException)
                when (stop.IsCancellationRequested || app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                throw new StartException(
                    $"Cannot listen on {app.Configuration.Addresses()} as {ProcessUser.Description}: {e.GetBaseException().Message}.",
                    e);
            }

            await app.WaitForShutdownAsync(stop);
        }
    }
}
