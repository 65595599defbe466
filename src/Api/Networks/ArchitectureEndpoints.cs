using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Networks;

/// <summary>An architecture that can be trained.</summary>
/// <param name="Name">Value of a job's <c>architecture</c>.</param>
/// <param name="Label">Name for readers.</param>
/// <param name="Description">How the network shrinks an image and undoes it.</param>
/// <param name="SizeFields">Fields of a job that size the network; those of other architectures are refused.</param>
/// <param name="ArticleLoss">Mean squared error per pixel that the article reached on MNIST; null where the article has none.</param>
internal sealed record ArchitectureResponse(Architecture Name, string Label, string Description, string[] SizeFields, double? ArticleLoss);

internal static class ArchitectureEndpoints
{
    public static void MapArchitectures(this IEndpointRouteBuilder app) => app.MapGet("/v1/architectures", List)
        .WithTags("Training jobs")
        .RequireRole(Roles.Reader)
        .WithName("listArchitectures")
        .WithSummary("List the architectures that can be trained")
        .Answers(200, "The architectures, in the article's order.")
        .AnswersContentEntityTag("the list");

    private static Ok<ArchitectureResponse[]> List() => TypedResults.Ok<ArchitectureResponse[]>(
        [.. Architectures.All.Select(each => new ArchitectureResponse(
            each.Architecture, each.Label, each.Description, [.. each.SizeFields], each.ArticleLoss))]);
}
