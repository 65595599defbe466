using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// Sends JSON as Brotli or gzip to whoever accepts it; PNGs, weights and event streams go as they are. Over HTTPS too: what BREACH guesses
/// is a secret beside the attacker's text in answers that a victim's browser fetches by itself. No compressed answer has a secret in it,
/// and no browser sends a key by itself, since keys are no cookies.
/// </summary>
internal static class Compression
{
    public const string Json = "application/json";

    /// <summary>The content codings that an answer may have (RFC 9110, section 8.4.1).</summary>
    public static readonly IReadOnlyList<string> Codings = ["br", "gzip"];

    public static void AddCompression(this IServiceCollection services) => services.AddResponseCompression(options =>
    {
        options.EnableForHttps = true;
        options.MimeTypes = [Json];
        options.Providers.Add<BrotliCompressionProvider>();
        options.Providers.Add<GzipCompressionProvider>();
    });

    public static void UseCompression(this IApplicationBuilder app) => app.UseWhen(MayCompress, branch =>
    {
        branch.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                if (MediaTypeHeaderValue.TryParse(context.Response.ContentType, out MediaTypeHeaderValue? type) && type.MediaType == Json)
                {
                    context.Response.VariesByCoding();
                }

                return Task.CompletedTask;
            });
            return next(context);
        });
        branch.UseResponseCompression();
    });

    /// <summary>The coding that the request prefers, or null for none.</summary>
    public static string? PreferredCoding(this HttpContext context)
    {
        var provider = context.RequestServices.GetRequiredService<IResponseCompressionProvider>();
        return provider.CheckRequestAcceptsCompression(context) ? provider.GetCompressionProvider(context)?.EncodingName : null;
    }

    /// <summary>The coding in which JSON answers this request, or null for none.</summary>
    public static string? JsonCoding(this HttpContext context) => MayCompress(context) ? context.PreferredCoding() : null;

    public static void VariesByCoding(this HttpResponse response)
    {
        string[] varies = response.Headers.GetCommaSeparatedValues(HeaderNames.Vary);
        if (!varies.Contains(HeaderNames.AcceptEncoding, StringComparer.OrdinalIgnoreCase))
        {
            response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        }
    }

    private static bool MayCompress(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.GetEndpoint()?.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>() is { } answers
        && answers.Any(answer => answer.ContentTypes.Contains(Json));
}
