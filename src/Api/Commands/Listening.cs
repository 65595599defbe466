using System.Net;

namespace AutoencoderApi.Api.Commands;

/// <summary>Where the service listens.</summary>
internal static class Listening
{
    public const string Default = "http://localhost:8080";
    private const string Ports = "ASPNETCORE_HTTP_PORTS";

    /// <summary>Listens on the default address unless the configuration names another.</summary>
    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
        {
            builder.WebHost.UseUrls(Default);
        }
    }

    /// <summary>Which address cannot be one, in one line; null where all may be.</summary>
    public static string? Violation(IConfiguration configuration) => Given(configuration) is var (setting, values)
        && values.FirstOrDefault(value => !(setting == Ports ? ushort.TryParse(value, out _) : IsAddress(value))) is { } wrong
            ? $"{setting} is '{wrong}'; set it to {(setting == Ports ? "a port" : $"an address such as {Default}")}."
            : null;

    /// <summary>The addresses to listen on, with the setting that names them, for a sentence.</summary>
    public static string Addresses(this IConfiguration configuration) => Given(configuration) is var (setting, values)
        ? $"{(setting == Ports ? "port " : "")}{string.Join(" and ", values)} ({setting})"
        : Default;

    /// <summary>Whether callers on other machines may reach an address that the server is bound to.</summary>
    public static bool IsBeyondLoopback(BindingAddress bound) =>
        !bound.IsUnixPipe && !bound.IsNamedPipe && !bound.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !(IPAddress.TryParse(bound.Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>The address at which a process on this machine reaches the service.</summary>
    public static Uri LocalAddress(IConfiguration configuration)
    {
        string url = (
            configuration["urls"] ?? (configuration["http_ports"] is { } ports ? $"http://*:{ports.Split(';')[0]}" : Default)
        ).Split(';')[0];
        BindingAddress bound = BindingAddress.Parse(url);
        string host = bound.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : bound.Host;
        return new Uri($"{bound.Scheme}://{host}:{bound.Port}");
    }

    /// <summary>The setting that decides, as Kestrel has it, and its values.</summary>
    private static (string Setting, string[] Values)? Given(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray()
            is { Length: > 0 } endpoints
            ? ("Kestrel__Endpoints", endpoints)
        : Split(configuration["urls"]) is { Length: > 0 } urls ? ("ASPNETCORE_URLS", urls)
        : Split(configuration["http_ports"]) is { Length: > 0 } ports ? (Ports, ports)
        : null;

    private static string[] Split(string? values) =>
        values?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static bool IsAddress(string value) =>
        Uri.TryCreate(
            value.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal),
            UriKind.Absolute,
            out Uri? uri
        ) && uri.Scheme is "http" or "https";
}
