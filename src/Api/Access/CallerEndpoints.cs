using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Access;

/// <summary>Who sent the request.</summary>
/// <param name="Name">The key's name, or <c>key-</c> and the beginning of its hash; <c>local</c> for a caller on this machine of a service without keys.</param>
/// <param name="Role">A reader may read and look at models; an operator may also make and delete; an admin may also use the dashboard.</param>
internal sealed record CallerResponse(string Name, Role Role);

internal static class CallerEndpoints
{
    public static void MapCaller(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/caller", Get).WithTags("Access").RequireAuthorization(Roles.Reader).WithName("getCaller").WithSummary("Who sends this request, and the caller's role");

    private static Ok<CallerResponse> Get(ClaimsPrincipal caller) => TypedResults.Ok(new CallerResponse(caller.Id()!, caller.Role()!.Value));
}
