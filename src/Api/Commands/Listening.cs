namespace AutoencoderApi.Api.Commands;

/// <summary>Where the service listens.</summary>
internal static class Listening
{
    private const string Default = "http://localhost:8080";

    /// <summary>Listens on the default address unless the configuration names another.</summary>
    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
        {
            builder.WebHost.UseUrls(Default);
        }
    }

    /// <summary>The address at which a process on this machine reaches the service.</summary>
    public static Uri LocalAddress(IConfiguration configuration)
    {
        string url = (configuration["urls"] ?? (configuration["http_ports"] is { } ports ? $"http://*:{ports.Split(';')[0]}" : Default)).Split(';')[0];
        BindingAddress bound = BindingAddress.Parse(url);
        string host = bound.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : bound.Host;
        return new Uri($"{bound.Scheme}://{host}:{bound.Port}");
    }
}
