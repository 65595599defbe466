using AutoencoderApi.Api.Errors;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// Refuses requests that a page of another site makes a browser send, where they could change something. A key in a header excuses none: a
/// proxy may have added it. <c>Sec-Fetch-Site</c> decides where the browser sends it (W3C Fetch Metadata), else <c>Origin</c>.
/// </summary>
internal static class CsrfMiddleware
{
    public static void UseCsrfCheck(this IApplicationBuilder app)
    {
        string[] origins = app.ApplicationServices.GetRequiredService<IOptions<AccessOptions>>().Value.CorsOrigins;
        app.Use(
            (context, next) =>
                IsFromElsewhere(context.Request, origins)
                    ? Problems
                        .NotAllowed("A page of another site sent this request. Name its origin in Access:CorsOrigins to let it.")
                        .ExecuteAsync(context)
                    : next(context));
    }

    private static bool IsFromElsewhere(HttpRequest request, string[] origins)
    {
        string origin = request.Headers[HeaderNames.Origin].ToString();
        bool isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (isSafe || origins.Contains(origin))
        {
            return false;
        }

        return request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site
            ? site is not ("same-origin" or "none")
            : origin.Length > 0
                && (
                    !Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
                    || !uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
