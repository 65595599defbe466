using System.Security.Claims;
using AutoencoderApi.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Access;

/// <summary>Who sent the request.</summary>
/// <param name="Name">
/// Name of the key, or <c>key-</c> and the beginning of its hash; <c>local</c> for a caller on the machine of a service without keys.
/// </param>
/// <param name="Role">Role of the key.</param>
internal sealed record CallerResponse(string Name, Role Role);

internal static class CallerEndpoints
{
    public static void MapCaller(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/caller", Get)
            .WithTags("Access")
            .RequireRole(Roles.Reader)
            .WithName("getCaller")
            .WithSummary("Who sends this request, and the caller's role")
            .Answers(200, "The caller.");

    private static Ok<CallerResponse> Get(ClaimsPrincipal caller) =>
        TypedResults.Ok(new CallerResponse(caller.Id()!, caller.Role()!.Value));
}
