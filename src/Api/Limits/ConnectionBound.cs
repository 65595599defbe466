using System.Collections.Concurrent;
using System.Net;
using AutoencoderApi.Api.Access;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>
/// Keeps callers without a key from holding all connections: so many of one address, closed after some idle seconds. Where all connections
/// are taken, one that has been idle gives way to the next. Loopback and trusted proxies stand for many callers, and are not counted
/// by address.
/// </summary>
internal sealed class ConnectionBound(IOptions<LimitsOptions> limits, IOptions<AccessOptions> access, TimeProvider time)
{
    private static readonly TimeSpan s_mayGiveWay = TimeSpan.FromSeconds(1); // so that a newcomer can send its first request

    private readonly ConcurrentDictionary<OpenConnection, bool> _open = [];
    private readonly ConcurrentDictionary<string, int> _ofAddress = [];
    private readonly IPNetwork[] _proxies = [.. access.Value.TrustedNetworks];
    private readonly TimeSpan _idle = TimeSpan.FromSeconds(limits.Value.IdleSeconds);

    /// <summary>Kestrel's handling of one connection, which ends with <paramref name="next"/>; where it is one too many, at once.</summary>
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IPAddress? address = Plain((connection.RemoteEndPoint as IPEndPoint)?.Address);
        bool isProxy = address is not null && Array.Exists(_proxies, network => network.Contains(address));
        bool isCounted = address is not null && !isProxy && !IPAddress.IsLoopback(address);
        var open = new OpenConnection(isCounted ? ClaimsPrincipalExtensions.AddressOf(address!) : null, () => Close(connection), time);
        try
        {
            if (!TryEnter(open))
            {
                connection.Abort();
                return;
            }

            connection.Features.Set(open);
            if (!isProxy)
            {
                connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(CloseIfIdle, open); // once a second
            }

            await next(connection);
        }
        finally
        {
            Leave(open);
        }
    }

    private void CloseIfIdle(object state)
    {
        var open = (OpenConnection)state;
        if (open.IdleAsStranger >= _idle)
        {
            open.Close();
        }
    }

    private bool TryEnter(OpenConnection open)
    {
        bool isWithinAddress = open.Address is null
            || _ofAddress.AddOrUpdate(open.Address, 1, (_, count) => count + 1) <= limits.Value.ConnectionsPerAddress;
        _open[open] = true;
        return isWithinAddress && (_open.Count <= limits.Value.Connections || MakeRoom(open));
    }

    private bool MakeRoom(OpenConnection newcomer)
    {
        OpenConnection? idle = _open.Keys
            .Where(other => other != newcomer && other.IdleAsStranger >= s_mayGiveWay)
            .MaxBy(other => other.IdleAsStranger);
        if (idle is null || !_open.TryRemove(idle, out _))
        {
            return false;
        }

        idle.Close();
        return true;
    }

    private void Leave(OpenConnection open)
    {
        _open.TryRemove(open, out _);
        if (open.Address is { } address && _ofAddress.AddOrUpdate(address, 0, (_, count) => count - 1) == 0)
        {
            _ofAddress.TryRemove(new KeyValuePair<string, int>(address, 0));
        }
    }

    private static void Close(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            lifetime.RequestClose();
        }
        else
        {
            connection.Abort();
        }
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
