using System.Net;
using System.Net.Sockets;
using System.Security.Claims;

namespace AutoencoderApi.Api.Access;

/// <summary>Who sent a request: what limits are counted by.</summary>
internal static class Caller
{
    /// <summary>The caller on this machine of a service without keys.</summary>
    public const string Local = "local";

    public static ClaimsPrincipal Principal(string id, Role role, string scheme) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Role, role.ToString())], scheme));

    /// <summary>The key's id or <see cref="Local"/>; null of a caller that is not known.</summary>
    public static string? Id(this ClaimsPrincipal user) => user.FindFirst(ClaimTypes.NameIdentifier)?.Value;

    public static Role? Role(this ClaimsPrincipal user) => Enum.TryParse(user.FindFirst(ClaimTypes.Role)?.Value, out Role role) ? role : null;

    /// <summary>The caller's id, or its address where it has none. Of an IPv6 address the first 64 bits: the rest is the caller's to choose (RFC 6177).</summary>
    public static string IdOrAddress(this HttpContext context)
    {
        if (context.User.Id() is { } id)
        {
            return id;
        }

        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"address {Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))}"
            : $"address {address}";
    }
}
