using System.Net;
using System.Net.Sockets;
using System.Security.Claims;

namespace AutoencoderApi.Api.Access;

/// <summary>Who sent a request: what limits are counted by.</summary>
internal static class ClaimsPrincipalExtensions
{
    /// <summary>The caller on this machine of a service without keys.</summary>
    public const string Local = "local";

    /// <summary>Ids that no key may have as its name.</summary>
    public static readonly string[] Reserved = [Local];

    private const string ByTicketType = "Ticket";

    public static ClaimsPrincipal LocalCaller(string scheme) => new(new ClaimsIdentity(Claims(Local, Access.Role.Admin), scheme));

    public static ClaimsPrincipal Of(KnownKey key, string scheme) =>
        new(new ClaimsIdentity([.. Claims(key.Id, key.Role), new Claim(ClaimTypes.Hash, key.Hash)], scheme));

    /// <summary>Who reads by a ticket of the key: counted as the key, and a reader whatever the key may do.</summary>
    public static ClaimsPrincipal ByTicketOf(KnownKey key) =>
        new(new ClaimsIdentity(Claims(key.Id, Access.Role.Reader), ByTicketType));

    public static bool IsByTicket(this ClaimsPrincipal user) => user.Identity?.AuthenticationType == ByTicketType;

    /// <summary>SHA-256 of the caller's key, in lower-case hexadecimal; empty of a caller without one.</summary>
    public static string KeyHash(this ClaimsPrincipal user) => user.FindFirst(ClaimTypes.Hash)?.Value ?? "";

    /// <summary>The key's id or <see cref="Local"/>; null of a caller that is not known.</summary>
    public static string? Id(this ClaimsPrincipal user) => user.FindFirst(ClaimTypes.NameIdentifier)?.Value;

    public static Role? Role(this ClaimsPrincipal user) =>
        Enum.TryParse(user.FindFirst(ClaimTypes.Role)?.Value, out Role role) ? role : null;

    /// <summary>
    /// The caller's id, or its address where it has none. Of an IPv6 address the first 64 bits: the rest is the caller's to choose
    /// (RFC 6177).
    /// </summary>
    public static string IdOrAddress(this HttpContext context) =>
        context.User.Id() ?? AddressOf(context.Connection.RemoteIpAddress ?? IPAddress.None);

    /// <summary>The key by which, or by whose ticket, the caller was let in; null of the caller on this machine.</summary>
    public static KnownKey? Key(this HttpContext context) => context.Features.Get<KnownKey>();

    private static Claim[] Claims(string id, Role role) =>
        [new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Role, role.ToString())];

    /// <summary>What the callers of an address are counted by.</summary>
    public static string AddressOf(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"address {Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))}"
            : $"address {address}";
    }
}
