using AutoencoderApi.Api.Access;
using Hangfire;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Hangfire's own pages over the queue. Its posts carry an antiforgery token: a browser sends the password by itself.</summary>
internal static class JobDashboard
{
    public static void MapDashboard(this IEndpointRouteBuilder app) =>
        app.MapHangfireDashboardWithAuthorizationPolicy(Roles.Admin, "/hangfire").WithPagePolicy(SecurityHeadersMiddleware.OwnFilesOnly);
}
