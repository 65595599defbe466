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

    /// <summary>
    /// Describes two operations that one handler serves: <paramref name="either"/> answers with a figure as PNG, or with the same in
    /// numbers where the caller prefers JSON; <paramref name="png"/>, whose path ends in <c>.png</c>, answers with PNG under every Accept
    /// header, for clients that know one media type for each operation.
    /// </summary>
    /// <param name="more">Other media types of <paramref name="either"/>.</param>
    /// <returns>Both operations, for what they have in common.</returns>
    public static RouteHandlerBuilder ProducesFigureOr<T>(
        this RouteHandlerBuilder either, RouteHandlerBuilder png, string name, string summary, string description, params string[] more)
    {
        either.WithName(name)
            .WithSummary(summary)
            .Produces<T>(200, "image/png", ["application/json", .. more])
            .VariesBy(HeaderNames.Accept);
        png.WithName($"{name}Png")
            .WithSummary($"{summary}, as PNG")
            .Produces(200, contentType: "image/png")
            .WithMetadata(new PngOnlyMetadata(), new OneBodyMetadata());
        return new RouteHandlerBuilder([either, png]).Answers(200, description).ProducesProblems(FigureSizeLimit.Refusals);
    }

    /// <summary>Whether an operation that can give a figure or its numbers is to give the numbers.</summary>
    public static bool WantsNumbers(this HttpRequest request) =>
        request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<PngOnlyMetadata>() is null
        && request.Prefers("application/json", over: "image/png");

    /// <summary>Of an operation that answers with PNG under every Accept header.</summary>
    private sealed record PngOnlyMetadata;
}
