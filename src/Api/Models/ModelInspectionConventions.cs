using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Models;

internal static class ModelInspectionConventions
{
    /// <summary>Of a request that inspects a checkpoint's network.</summary>
    private static readonly ProblemType[] s_refusals =
    [
        ProblemType.CheckpointNotFound,
        ProblemType.CheckpointDamaged,
        ProblemType.MemoryFull,
    ];

    /// <summary>A group of endpoints that open the network of the checkpoint in their path.</summary>
    public static RouteGroupBuilder MapModelInspection(this IEndpointRouteBuilder app, string prefix) => app.MapGroup(prefix)
        .WithTags("Model inspection")
        .RequireRole(Roles.Reader)
        .WithInputEntityTags()
        .ProducesProblems(s_refusals);

    /// <summary>Lets an endpoint answer with a figure as PNG, or with the same in numbers where the caller prefers JSON.</summary>
    public static RouteHandlerBuilder ProducesFigureOr<T>(this RouteHandlerBuilder endpoint, string description) => endpoint
        .Produces<T>(200, "image/png", "application/json")
        .Answers(200, description)
        .VariesBy(HeaderNames.Accept)
        .ProducesProblems(FigureSizeLimit.Refusals);
}
