using AutoencoderApi.Api.Commands;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// The key of a service that has none configured and that other machines may reach, such as one in a container, where no caller comes from
/// loopback: an admin's, for this run, in memory only.
/// </summary>
internal static class RunKey
{
    /// <summary>
    /// Makes the key once the server is bound, and writes the address that opens the page with it to the console, not to the
    /// log.
    /// </summary>
    public static void MakeRunKeyWhereReachable(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            if (app.Urls.Select(BindingAddress.Parse).FirstOrDefault(Listening.IsBeyondLoopback) is { } bound)
            {
                string key = app.Services.GetRequiredService<ApiKeyStore>().AddOfThisRun();
                Console.WriteLine(
                    $"No key is configured. Open {bound.Scheme}://localhost:{bound.Port}/#key={key} (an admin's key, until this process "
                    + $"ends)."
                );
            }
        });
}
