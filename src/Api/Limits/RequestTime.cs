using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.Timeouts;

namespace AutoencoderApi.Api.Limits;

/// <summary>How long a request may take to be answered.</summary>
internal static class RequestTime
{
    public static RequestTimeoutPolicy Policy(LimitsOptions limits) => new()
    {
        Timeout = TimeSpan.FromSeconds(limits.RequestSeconds),
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        WriteTimeoutResponse = context => Problems.Timeout(limits.RequestSeconds).ExecuteAsync(context),
    };
}
