using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Marks an operation whose body is a picture in one of the accepted forms.</summary>
internal sealed record AcceptsPictureMetadata;

internal static class PictureEndpoints
{
    public static RouteHandlerBuilder AcceptsPicture(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new AcceptsPictureMetadata()).TakesUpTo(limits => limits.PictureBytes, json: limits => limits.NumberBytes);

    /// <summary>A PNG, or numbers where the caller prefers JSON.</summary>
    public static RouteHandlerBuilder ProducesPictureOr<T>(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<T>(200, "image/png", "application/json")
        .VariesBy(HeaderNames.Accept)
        .ProducesProblem(400)
        .ProducesProblem(404)
        .ProducesProblem(422);
}
