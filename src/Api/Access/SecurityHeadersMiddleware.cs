using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Access;

/// <summary>Headers that keep browsers from doing more with an answer than is meant.</summary>
internal static class SecurityHeadersMiddleware
{
    /// <summary>For everything that is no page: nothing in it may load or run.</summary>
    public const string NoPage = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>For pages whose scripts and styles are files of this service.</summary>
    public const string OwnFilesOnly =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /// <summary>For Swagger's page, which shows images that its script has fetched, and has one style of its own in its logo.</summary>
    public static readonly string Swagger = OwnFilesOnly
        .Replace("img-src 'self'", "img-src 'self' blob:", StringComparison.Ordinal)
        .Replace("style-src 'self'", "style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='", StringComparison.Ordinal);

    /// <summary>On every answer, beside a content security policy.</summary>
    public static readonly (string Name, string Value)[] Fixed =
    [
        (HeaderNames.XContentTypeOptions, "nosniff"),
        (HeaderNames.XFrameOptions, "DENY"),
        ("Referrer-Policy", "no-referrer"),
    ];

    public const string ResourcePolicy = "Cross-Origin-Resource-Policy";

    public const string OwnOrigin = "same-origin";

    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        // A picture in a page of another origin is requested without Origin, so the header cannot depend on which origin it is.
        bool isShared = app.ApplicationServices.GetRequiredService<IOptions<AccessOptions>>().Value.CorsOrigins.Length > 0;
        app.Use((context, next) => SendAsync(context, next, isShared));
    }

    private static Task SendAsync(HttpContext context, RequestDelegate next, bool isShared)
    {
        string policy = context.GetEndpoint()?.Metadata.GetMetadata<PagePolicy>()?.Value ?? NoPage;
        string sharing = isShared && context.Request.Path.StartsWithSegments("/v1") ? "cross-origin" : OwnOrigin;

        // As late as can be: a handled fault clears the headers, and a page may have set a policy of its own.
        context.Response.OnStarting(() =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            foreach ((string name, string value) in Fixed)
            {
                headers[name] = value;
            }

            headers[ResourcePolicy] = sharing;
            headers.TryAdd(HeaderNames.ContentSecurityPolicy, policy);
            return Task.CompletedTask;
        });
        return next(context);
    }

    public static TBuilder WithPagePolicy<TBuilder>(this TBuilder endpoint, string policy)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new PagePolicy(policy));

    private sealed record PagePolicy(string Value);
}
