using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Access;

/// <summary>Who is let in, and to what. An endpoint that names no role is open to nobody.</summary>
internal static class AccessSetup
{
    /// <summary>
    /// The headers of answers that a script of another origin may read, beside those that every script may (Fetch, section 3.2.2). A
    /// header that an operation declares must stand here.
    /// </summary>
    public static readonly string[] ExposedHeaders =
    [
        "Accept-Encoding", "Accept-Ranges", "Allow", "Content-Disposition", "Content-Encoding", "Content-Range", "ETag",
        "Image-Preparation", "Location", "Preference-Applied", "Reconstruction-Mse", "Retry-After", "Vary", "WWW-Authenticate",
    ];

    private static readonly TimeSpan s_preflight = TimeSpan.FromHours(2); // as long as Chromium keeps one

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSettings<AccessOptions>(AccessOptions.Section);
        services.AddSingleton<ApiKeyStore>();
        services.AddHostedService<KeysFileWatcher>();
        services.AddSingleton<TicketStore>();
        services.AddSingleton<IHttpContextFactory, TicketQuery>();
        services
            .AddAuthentication(ApiKeyAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.SchemeName, null);
        services.AddAuthorization(Policies);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<AccessOptions>>((cors, access) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(access.Value.CorsOrigins).AllowAnyMethod().AllowAnyHeader().SetPreflightMaxAge(s_preflight)
            .WithExposedHeaders(ExposedHeaders)));
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<AccessOptions>>(TrustProxies);
        services.AddAntiforgery(); // Hangfire's dashboard checks its posts where this is there
        services
            .AddOptions<KeyManagementOptions>()
            .Configure(keys => (keys.XmlRepository, keys.XmlEncryptor) = (new ForgottenKeys(), new NullXmlEncryptor()));
    }

    public static void UseAccess(this WebApplication app)
    {
        app.UseSecurityHeaders();
        ApiKeyStore keys = app.Services.GetRequiredService<ApiKeyStore>();
        if (!keys.AreConfigured)
        {
            app.UseLoopbackOnly(keys);
            if (app.Configuration.Role() != ProcessRole.Worker) // it has no page, and a scraper of its /metrics needs a key that stays
            {
                app.MakeRunKeyWhereReachable();
            }
        }

        app.UseForwardedHeaders();
        app.UsePrefixCheck();
        app.UseCsrfCheck();
        app.UseCors();
        app.UseAuthentication();
        app.UseRateLimiter(); // between the two: counted by key where there is one, by address where not
        app.UseAuthorization();
    }

    private static void Policies(AuthorizationOptions options)
    {
        foreach (Role role in Enum.GetValues<Role>())
        {
            options.AddPolicy(role.ToString(), policy =>
                policy.RequireAuthenticatedUser().RequireAssertion(caller => caller.User.Role() >= role && IsWhereTicketsAre(caller)));
        }

        // No route, or a method or media type that the route does not take: whoever has a key may learn that.
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser()
            .RequireAssertion(caller => caller.Resource is HttpContext context && context.GetEndpoint() is not RouteEndpoint).Build();
    }

    private static bool IsWhereTicketsAre(AuthorizationHandlerContext caller) =>
        !caller.User.IsByTicket() || (caller.Resource is HttpContext context && context.TakesTicket());

    private static void TrustProxies(ForwardedHeadersOptions options, IOptions<AccessOptions> access)
    {
        options.ForwardedHeaders =
            access.Value.TrustedProxies.Length > 0
                ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedPrefix
                : ForwardedHeaders.None;
        options.ForwardLimit = null; // each hop must be trusted, so the number of them needs no bound
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (System.Net.IPNetwork network in access.Value.TrustedNetworks)
        {
            options.KnownIPNetworks.Add(network);
        }
    }
}
