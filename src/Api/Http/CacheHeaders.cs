using AutoencoderApi.Api.Access;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// What a cache may do with an answer of the API (RFC 9111): a browser may keep it but asks again, a shared cache never keeps it, and
/// nobody keeps an error. <c>Vary</c> names the request headers that an answer depends on.
/// </summary>
internal static class CacheHeaders
{
    private const string AskAgain = "private, no-cache";
    private const string KeepNothing = "private, no-store";
    private const string KeepForAYear = "private, max-age=31536000, immutable"; // RFC 8246

    public static TBuilder VariesBy<TBuilder>(this TBuilder endpoint, string header)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new VariesByMetadata(header));

    /// <summary>Says of an answer with status 200, 206 or 304 that its path never shows anything else.</summary>
    public static void NeverChanges(this HttpResponse response) => response.Headers.CacheControl = KeepForAYear;

    public static void UseCacheHeaders(this WebApplication app)
    {
        AccessOptions access = app.Services.GetRequiredService<IOptions<AccessOptions>>().Value;
        (string Header, bool Matters)[] ofAccess =
            [(ApiKeyAuthenticationHandler.Header, access.Keys.Length > 0), (HeaderNames.Origin, access.CorsOrigins.Length > 0)];
        string[] everywhere = [.. ofAccess.Where(one => one.Matters).Select(one => one.Header)];
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/v1"))
            {
                string? own = context.GetEndpoint()?.Metadata.GetMetadata<VariesByMetadata>()?.Header;
                context.Response.OnStarting(() => // as late as can be: a handled fault clears the headers
                {
                    Complete(context.Response, own is null ? everywhere : [own, .. everywhere]);
                    return Task.CompletedTask;
                });
            }

            return next(context);
        });
    }

    private static void Complete(HttpResponse response, string[] varies)
    {
        string given = response.Headers.CacheControl.ToString();
        response.Headers.CacheControl = response.StatusCode >= StatusCodes.Status400BadRequest ? KeepNothing
            : given.Length == 0 ? AskAgain
            : given.Contains("private", StringComparison.Ordinal) ? given
            : $"private, {given}";
        string[] all = [.. response.Headers.GetCommaSeparatedValues(HeaderNames.Vary).Union(varies, StringComparer.OrdinalIgnoreCase)];
        if (all.Length > 0)
        {
            response.Headers.Vary = string.Join(", ", all);
        }
    }

    private sealed record VariesByMetadata(string Header);
}
