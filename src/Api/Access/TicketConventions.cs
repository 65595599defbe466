using AutoencoderApi.Api.OpenApi;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace AutoencoderApi.Api.Access;

/// <summary>Where a ticket is accepted: by GET on event streams and images, which a browser requests without a header.</summary>
internal static class TicketConventions
{
    private static readonly string[] s_types = ["image/png", "image/apng", "text/event-stream"];

    public static TBuilder WithTickets<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            bool isGet = endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods.Contains(HttpMethods.Get) is true;
            if (isGet && endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(answer => answer.ContentTypes.Any(s_types.Contains)))
            {
                endpoint.Metadata.Add(TicketMetadata.Instance);
            }
        });
        return endpoints;
    }

    /// <summary>Whether the request's endpoint accepts a ticket. Its methods are GET and HEAD alone.</summary>
    public static bool TakesTicket(this HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<TicketMetadata>() is not null;

    /// <summary>The ticket that the request came with, or null.</summary>
    public static string? PresentedTicket(this HttpContext context) => context.Features.Get<PresentedTicket>()?.Value;
}

/// <summary>Marks endpoints that accept a ticket.</summary>
internal sealed class TicketMetadata
{
    public static readonly TicketMetadata Instance = new();

    private TicketMetadata()
    {
    }
}
