using Microsoft.AspNetCore.Routing;

namespace AutoencoderApi.Api.Http;

/// <summary>HEAD wherever GET is (RFC 9110, section 9.3.2): the same handler runs, and Kestrel leaves out the body.</summary>
internal static class HeadMethod
{
    public static TBuilder WithHead<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            for (int i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is IHttpMethodMetadata { HttpMethods: ["GET"] } get)
                {
                    endpoint.Metadata[i] = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head], get.AcceptCorsPreflight);
                }
            }
        });
        return endpoints;
    }
}
