using AutoencoderApi.Api.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>How many bytes a body may have: <see cref="LimitsOptions.JsonBytes"/>, unless the endpoint takes larger ones.</summary>
internal static class BodyLimits
{
    /// <summary>Lets an endpoint's bodies be larger; a JSON body stays small unless <paramref name="json"/> says else.</summary>
    public static TBuilder TakesUpTo<TBuilder>(
        this TBuilder endpoint,
        Func<LimitsOptions, long> bytes,
        Func<LimitsOptions, long>? json = null)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LargeBody(bytes, json ?? (limits => limits.JsonBytes)));

    /// <summary>Lets NPY bodies have a limit of their own.</summary>
    public static TBuilder TakesNpyUpTo<TBuilder>(this TBuilder endpoint, Func<LimitsOptions, long> bytes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LargeNpy(bytes));

    /// <summary>Whether an endpoint with that metadata reads the body of a request.</summary>
    public static bool ReadsBody(this IEnumerable<object> metadata) => metadata.Any(each => each is IAcceptsMetadata or LargeBody);

    public static void UseBodyLimits(this IApplicationBuilder app)
    {
        LimitsOptions limits = app.ApplicationServices.GetRequiredService<IOptions<LimitsOptions>>().Value;
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<LargeBody>() is { } large)
            {
                context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize =
                    context.Request.HasJsonContentType() ? large.JsonBytes(limits)
                    : metadata.GetMetadata<LargeNpy>() is { } npy && context.Request.HasMediaType(MediaTypes.Npy) ? npy.Bytes(limits)
                    : large.Bytes(limits);
            }

            return next(context);
        });
    }

    private sealed record LargeNpy(Func<LimitsOptions, long> Bytes);

    private sealed record LargeBody(Func<LimitsOptions, long> Bytes, Func<LimitsOptions, long> JsonBytes);
}
