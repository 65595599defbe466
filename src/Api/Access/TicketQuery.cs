using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// Takes a ticket out of the query before anything reads the request: the log of the server, traces and handlers never see one. What
/// authenticates the caller finds it in a feature.
/// </summary>
internal sealed class TicketQuery(IServiceProvider services) : IHttpContextFactory
{
    /// <summary>The query parameter.</summary>
    public const string Parameter = "ticket";

    private readonly DefaultHttpContextFactory _contexts = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        IHttpRequestFeature request = featureCollection.GetRequiredFeature<IHttpRequestFeature>();
        if (request.QueryString.Length > 1 && Take(request) is { } ticket)
        {
            featureCollection.Set(new PresentedTicket(ticket));
        }

        return _contexts.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _contexts.Dispose(httpContext);

    /// <returns>The ticket; those of a query with several are joined, which makes none; null of a query without one.</returns>
    private static string? Take(IHttpRequestFeature request)
    {
        string? ticket = null;
        List<string> others = [];
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(request.QueryString))
        {
            if (pair.DecodeName().Span.Equals(Parameter, StringComparison.OrdinalIgnoreCase)) // as the binder compares
            {
                ticket = $"{ticket}{(ticket is null ? "" : ",")}{pair.DecodeValue()}";
            }
            else
            {
                others.Add(pair.EncodedValue.Length > 0 ? $"{pair.EncodedName}={pair.EncodedValue}" : $"{pair.EncodedName}");
            }
        }

        if (ticket is not null)
        {
            request.QueryString = others.Count > 0 ? $"?{string.Join('&', others)}" : "";
            request.RawTarget = $"{request.RawTarget.Split('?')[0]}{request.QueryString}";
        }

        return ticket;
    }
}

/// <summary>The ticket that a request came with, whatever it is worth.</summary>
internal sealed record PresentedTicket(string Value);
