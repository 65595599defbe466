using System.ComponentModel;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Images;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What can be trained on.</summary>
/// <param name="Name">What jobs and pictures take for it.</param>
/// <param name="Available">Whether it can be trained on here.</param>
/// <param name="Unavailable">Why not, and what to do; null where it is available.</param>
/// <param name="Splits">Pictures in each split; empty where it is not available.</param>
internal sealed record DatasetResponse(string Name, bool Available, string? Unavailable, IReadOnlyDictionary<string, int> Splits);

internal static class DatasetEndpoints
{
    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder datasets = app.MapGroup("/v1/datasets").WithTags("Data sets").RequireAuthorization(Roles.Reader);
        datasets.MapGet("", List).WithName("listDatasets").WithSummary("The data sets, and whether each can be had");
        datasets.MapGet("{name}/{split}/{index}.png", Picture).WithName("getDatasetPicture").WithSummary("One picture of a data set")
            .Produces(200, contentType: "image/png").ProducesProblem(400).ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<Ok<DatasetResponse[]>> List(DatasetCatalog datasets, CancellationToken token)
    {
        var responses = new List<DatasetResponse>();
        foreach (string name in datasets.Names)
        {
            responses.Add(await datasets.LoadAsync(name, token) switch
            {
                DatasetLoad.Loaded { Dataset: var data } => new(name, true, null, Dataset.Splits.ToDictionary(split => split, split => data.Split(split)!.Count)),
                DatasetLoad.Unavailable unavailable => new(name, false, unavailable.Reason, new Dictionary<string, int>()),
                _ => throw new InvalidOperationException("unreachable"),
            });
        }

        return TypedResults.Ok(responses.ToArray());
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Picture(
        [Description("The data set, from `GET /v1/datasets`.")] string name, [Split] string split, int index, DigitReader digits, FigureBound figures, CancellationToken token, [Bounds(1, TileGridOptions.MaxScale)] int scale = 1)
    {
        (DigitSet? set, ProblemHttpResult? problem) = await digits.SplitAsync(name, split, token);
        if (set is null)
        {
            return problem!;
        }

        return index < 0 || index >= set.Count
            ? Problems.PictureNotFound(name, split, index, set.Count)
            : figures.Refusal((long)set.Width * scale, (long)set.Height * scale) is { } tooLarge
            ? tooLarge
            : TypedResults.File(PngEncoder.Encode(DigitFigures.Enlarged(Domain.Images.Picture.FromPlanes(set.Shape, set.Image(index)), scale)), "image/png");
    }
}
