using System.Net;

namespace AutoencoderApi.Api.Access;

/// <summary>Lets in callers on this machine and no others. The address is the connection's own: no header can change it.</summary>
internal static class LoopbackOnly
{
    public static void UseLoopbackOnly(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address))
        {
            return next(context);
        }

        return TypedResults.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            detail: "Only callers on the same machine are let in.").ExecuteAsync(context);
    });
}
