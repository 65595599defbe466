using System.Net;
using AutoencoderApi.Api.Errors;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// The rule of a service without configured keys: callers on this machine need none. The address is the connection's own. A request that
/// passed a proxy, and one for a host name that is not this machine's (DNS rebinding: a stranger's page whose name was made to
/// point here), come from elsewhere whatever their address: they need the key of this run, and are refused where there is none.
/// </summary>
internal static class LoopbackOnlyMiddleware
{
    public const string NotLocal =
        "Only callers on the same machine are let in while no key is configured. The command 'keys create' makes one.";

    private static readonly string[] s_proxyHeaders = ["Forwarded", "Via", "X-Real-IP"];
    private static readonly object s_isLocal = new();

    /// <summary>Must stand before anything that changes the connection's address.</summary>
    public static void UseLoopbackOnly(this IApplicationBuilder app, ApiKeyStore keys) => app.Use((context, next) =>
    {
        if (Refusal(context) is not { } detail)
        {
            context.Items[s_isLocal] = true;
            return next(context);
        }

        return keys.Any ? next(context) : Problems.NotAllowed(detail).ExecuteAsync(context);
    });

    /// <summary>Whether the request came from this machine to a service without configured keys.</summary>
    public static bool IsLocal(this HttpContext context) => context.Items.ContainsKey(s_isLocal);

    private static string? Refusal(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address)
            ? NotLocal
        : context.Request.Headers.Keys.FirstOrDefault(IsOfProxy) is { } header
            ? $"The request passed a proxy (it has the header {header}). Configure a key: behind a proxy no caller is known to be on "
                + $"the same machine."
        : !IsThisMachine(context.Request.Host.Host) ? "Use the host name localhost, or 127.0.0.1 or [::1], while no key is configured."
        : null;

    private static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || s_proxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase);

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
