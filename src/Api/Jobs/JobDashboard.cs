using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Http;
using Hangfire;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Hangfire's own pages over the queue. Its posts carry an antiforgery token: a browser sends the password by itself.</summary>
internal static class JobDashboard
{
    public static void MapDashboard(this WebApplication app)
    {
        bool isPrefixKnown = app.Services.GetRequiredService<IOptions<AccessOptions>>().Value.TrustedProxies.Length == 0;
        var options = new DashboardOptions
        {
            // Its link to the page is the same for all requests: there is none where a proxy may say another prefix with each.
            AppPath = isPrefixKnown || app.Configuration.PathBase().HasValue ? $"{app.Configuration.PathBase()}/" : null,
        };
        app.MapHangfireDashboardWithAuthorizationPolicy(Roles.Admin, "/hangfire", options)
            .WithPagePolicy(SecurityHeadersMiddleware.OwnFilesOnly);
    }
}
