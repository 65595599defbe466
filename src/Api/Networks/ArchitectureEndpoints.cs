using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Networks;

/// <summary>An architecture that can be trained.</summary>
/// <param name="Name">Value of a job's <c>architecture</c>.</param>
/// <param name="Label">Name for readers.</param>
/// <param name="Description">How the network shrinks an image and undoes it.</param>
/// <param name="SizeFields">Fields of a job that size the network; those of other architectures are refused.</param>
/// <param name="ArticleLoss">Mean squared error per pixel that the article reached on MNIST; null where the article has none.</param>
/// <param name="InputSize">Numbers of an image of MNIST.</param>
/// <param name="CodeSize">Numbers of the code of such an image with the default settings.</param>
/// <param name="Compression">inputSize / codeSize: below 1 the code is wider than the image.</param>
internal sealed record ArchitectureResponse(
    Architecture Name,
    string Label,
    string Description,
    string[] SizeFields,
    double? ArticleLoss,
    int InputSize,
    int CodeSize,
    double Compression)
{
    public static ArchitectureResponse Of(ArchitectureDescriptor descriptor)
    {
        NetworkDefinition network = NetworkDefinition.For(TrainingSettings.For(descriptor.Architecture, MirroredSet.Mnist.Name));
        return new(
            descriptor.Architecture,
            descriptor.Label,
            descriptor.Description,
            [.. descriptor.SizeFields],
            descriptor.ArticleLoss,
            network.Input.Count,
            network.CodeShape.Count,
            network.Compression);
    }
}

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
        [.. Architectures.All.Select(ArchitectureResponse.Of)]);
}
