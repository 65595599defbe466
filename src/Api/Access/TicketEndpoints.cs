using System.Security.Claims;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Access;

/// <summary>A ticket to make.</summary>
internal sealed record TicketRequest
{
    public const int DefaultSeconds = 900;
    public const int MaxSeconds = 3_600;

    /// <summary>Seconds until the ticket expires; 900 where it is left out.</summary>
    [Bounds(1, MaxSeconds)]
    public int? Seconds { get; init; }
}

/// <summary>A right to read event streams and images by their address alone.</summary>
/// <param name="Ticket">Value of the query parameter <c>ticket</c>. It is shown once.</param>
/// <param name="ExpiresAt">Time from which on no connection is opened by the ticket; streams opened before go on.</param>
internal sealed record TicketResponse(string Ticket, DateTime ExpiresAt);

internal static class TicketEndpoints
{
    private const int RetrySeconds = 60;

    public static void MapTickets(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/tickets", Create)
            .WithTags("Access")
            .RequireRole(Roles.Reader)
            .WithName("createTicket")
            .WithSummary("Make a ticket, by which a browser reads event streams and images without a header")
            .Answers(201, "Ticket made.");

    private static async Task<Results<Created<TicketResponse>, ProblemHttpResult>> Create(
        TicketRequest? request, ClaimsPrincipal caller, TicketStore tickets, HttpResponse response, CancellationToken token)
    {
        int seconds = request?.Seconds ?? TicketRequest.DefaultSeconds;
        if (seconds is < 1 or > TicketRequest.MaxSeconds) // the framework validates no body that may be left out
        {
            return Problems.Invalid("seconds", $"must be 1 to {TicketRequest.MaxSeconds}.");
        }

        if (await tickets.AddAsync(caller.KeyHash(), seconds, token) is not { } ticket)
        {
            return Problems.TooManyRequests(
                "The key has as many tickets as it may (Limits:TicketsPerKey). Use one again, or wait until one has expired.",
                RetrySeconds);
        }

        response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, ticket);
    }
}
