using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>How many bytes a body may have: <see cref="LimitsOptions.JsonBytes"/>, unless the endpoint takes larger ones and this is no JSON.</summary>
internal static class BodyLimits
{
    /// <summary>Lets an endpoint's bodies be larger than JSON; a JSON body stays small.</summary>
    public static TBuilder TakesUpTo<TBuilder>(this TBuilder endpoint, Func<LimitsOptions, long> bytes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LargeBody(bytes));

    public static void UseBodyLimits(this IApplicationBuilder app)
    {
        LimitsOptions limits = app.ApplicationServices.GetRequiredService<IOptions<LimitsOptions>>().Value;
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<LargeBody>() is { } large && !context.Request.HasJsonContentType())
            {
                context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = large.Bytes(limits);
            }

            return next(context);
        });
    }

    private sealed record LargeBody(Func<LimitsOptions, long> Bytes);
}
