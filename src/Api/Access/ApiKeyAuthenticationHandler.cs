using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// Tells who calls. By a key in <c>X-API-Key</c>; for pages, which a browser asks for by itself, also by the password of HTTP Basic
/// (RFC 7617); for event streams and images, where a browser sends no header, by a ticket (<see cref="TicketStore"/>), which counts as a
/// reader of its key. Where no key is configured, a caller on this machine is the admin without one (<see cref="LoopbackOnlyMiddleware"/>).
/// </summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ApiKeyStore keys,
    TicketStore tickets
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Header = "X-API-Key";

    private const string BasicPrefix = "Basic ";

    /// <summary>
    /// A browser sends a Basic password with every request to the pages' paths, so the API itself, under /v1, never takes
    /// one.
    /// </summary>
    private bool IsPage => !Request.Path.StartsWithSegments("/v1");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.IsLocal())
        {
            return Success(ClaimsPrincipalExtensions.LocalCaller(SchemeName));
        }

        if (Presented() is { } presented)
        {
            return keys.Find(presented) is { } key
                ? Success(ClaimsPrincipalExtensions.Of(key, SchemeName), key)
                : AuthenticateResult.Fail("The key is not known.");
        }

        return Context.PresentedTicket() is not { } ticket ? AuthenticateResult.NoResult()
            : await tickets.FindAsync(ticket, Context.RequestAborted) is { } maker
                ? Success(ClaimsPrincipalExtensions.ByTicketOf(maker), maker)
            : AuthenticateResult.Fail("The ticket is not known.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = IsPage
            ? "Basic realm=\"AutoencoderApi: any name, a key as password\", charset=\"UTF-8\""
            : $"{SchemeName} header=\"{Header}\"";
        string detail = Presented() is not null ? "The key is not one that this service knows."
            : Context.PresentedTicket() is not null
                ? "The ticket has expired, is not one of this service, or its key is gone. POST /v1/tickets makes a new one."
            : $"Send a key in the header {Header}{(IsPage ? ", or as the password of HTTP Basic" : "")}.";
        return Problems
            .NotAuthenticated(keys.AreConfigured ? detail : $"{detail} The service printed this run's key when it started.")
            .ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Role? needed = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Max(data => Enum.TryParse(data.Policy, out Role role) ? role : (Role?)null);
        if (Context.User.IsByTicket() && !Context.TakesTicket())
        {
            return Problems
                .NotAllowed($"A ticket is for GET of event streams and images alone. Send a key in the header {Header}.")
                .ExecuteAsync(Context);
        }

        return Problems
            .NotAllowed(
                needed is null
                    ? "No role may do this."
                    : $"This needs the role {JsonConventions.Name(needed.Value)}; the key has the role "
                        + $"{JsonConventions.Name(Context.User.Role()!.Value)}."
            )
            .ExecuteAsync(Context);
    }

    private static AuthenticateResult Success(ClaimsPrincipal caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(caller, SchemeName));

    private AuthenticateResult Success(ClaimsPrincipal caller, KnownKey key)
    {
        Context.Features.Set(key);
        return Success(caller);
    }

    /// <summary>The key in the request, or null.</summary>
    private string? Presented()
    {
        if (Request.Headers.TryGetValue(Header, out var header))
        {
            return header.ToString();
        }

        return
            IsPage
            && Request.Headers[HeaderNames.Authorization].ToString() is { } basic
            && basic.StartsWith(BasicPrefix, StringComparison.OrdinalIgnoreCase)
            ? Password(basic[BasicPrefix.Length..].Trim())
            : null;
    }

    /// <returns>What stands behind the first colon; the empty string, which is no key, where the credentials cannot be read.</returns>
    private static string Password(string credentials)
    {
        byte[] decoded = new byte[credentials.Length];
        return
            Convert.TryFromBase64String(credentials, decoded, out int length)
            && Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password]
            ? password
            : "";
    }
}
