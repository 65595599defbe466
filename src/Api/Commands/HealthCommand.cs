namespace AutoencoderApi.Api.Commands;

/// <summary><c>health</c>: asks the running service whether it is ready, for a container's health check.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <returns>0 where it is ready, 1 where it is not or does not answer.</returns>
    public static async Task<int> RunAsync(TextWriter errors, CancellationToken stop)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables()
            .Build();
        using var http = new HttpClient { BaseAddress = Listening.LocalAddress(configuration), Timeout = s_timeout };
        try
        {
            using HttpResponseMessage response = await http.GetAsync("/health/ready", stop);
            if (response.IsSuccessStatusCode)
            {
                return 0;
            }

            await errors.WriteLineAsync($"{http.BaseAddress}health/ready answers {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"{http.BaseAddress}health/ready does not answer: {e.Message}");
        }

        return 1;
    }
}
