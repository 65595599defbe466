using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Marks an operation whose body is an image in one of the accepted forms.</summary>
internal sealed record AcceptsImageMetadata;

internal static class ImageEndpointConventions
{
    public static RouteHandlerBuilder AcceptsImage(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new AcceptsImageMetadata()).TakesUpTo(limits => limits.PictureBytes, json: limits => limits.NumberBytes);

    /// <summary>A PNG, or numbers where the caller prefers JSON.</summary>
    public static RouteHandlerBuilder ProducesImageOr<T>(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<T>(200, "image/png", "application/json")
        .VariesBy(HeaderNames.Accept)
        .ProducesProblem(400)
        .ProducesProblem(404)
        .ProducesProblem(422);
}
