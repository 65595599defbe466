using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>Statistics of a layer's feature maps.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Shape">Channels, height, width of the whole layer.</param>
/// <param name="Silent">Number of maps of the layer that are zero everywhere for this image.</param>
/// <param name="Maps">The requested maps.</param>
/// <param name="Preparation">Preparation of the image for the network.</param>
internal sealed record TilesResponse(string Layer, [property: Length(3, 3)] int[] Shape, int Silent, MapStatistics[] Maps, Preparation Preparation);

internal static class LayerEndpoints
{
    private const string Maps = "The feature maps.";

    public static void MapLayers(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder layer = app.MapModelInspection("/v1/checkpoints/{reference}/layers/{layer}");
        layer.MapGet("tiles", FromDataset)
            .WithName("drawTilesFromDataset")
            .WithSummary("Draw the feature maps of a layer for an image of a data set")
            .ProducesFigureOr<TilesResponse>(Maps)
            .ProducesProblems(ProblemType.LayerNotFound)
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        layer.MapPost("tiles", FromUpload)
            .WithName("drawTilesOfUpload")
            .WithSummary("Draw the feature maps of a layer for an uploaded image")
            .AcceptsImage()
            .ProducesFigureOr<TilesResponse>(Maps)
            .ProducesProblems(ProblemType.LayerNotFound);
    }

    private static async Task<IResult> FromDataset(
        string reference, string layer, [AsParameters] TileQuery query, ModelInspection inspection, ImageInputReader images, FigureSizeLimit figures, HttpRequest request, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int index = 0) =>
        await Tiles(reference, layer, query, inspection, figures, model => images.FromDatasetAsync(model.Definition.Input, dataset, split, index, request.HttpContext.User, token), request, token);

    private static async Task<IResult> FromUpload(
        string reference, string layer, [AsParameters] TileQuery query, [AsParameters] UploadQuery upload,
        ModelInspection inspection, ImageInputReader images, FigureSizeLimit figures, HttpRequest request, CancellationToken token) =>
        await Tiles(reference, layer, query, inspection, figures, model => images.FromUploadAsync(request, model, upload, token), request, token);

    private static async Task<IResult> Tiles(
        string reference, string layer, TileQuery query, ModelInspection inspection, FigureSizeLimit figures, Func<Model, Task<ImageInput>> readDigit, HttpRequest request, CancellationToken token)
    {
        (ModelCache.Lease? lease, ProblemHttpResult? problem) = await inspection.OpenAsync(reference, token);
        using (lease)
        {
            if (lease is null)
            {
                return problem!;
            }

            if (lease.Model.Definition.Find(layer) is not { } found)
            {
                return Problems.LayerNotFound(layer, lease.Model.Definition.Layers.Select(each => each.Name));
            }

            TensorShape shape = VectorAsImage.Of(found.Output);
            if (query.Options(shape.Channels, out ProblemHttpResult? invalid) is not { } options)
            {
                return invalid!;
            }

            TileLayout layout = TileLayout.Of(shape.Channels, shape.Height, shape.Width, options);
            if (figures.Refusal(request.HttpContext, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            switch (await readDigit(lease.Model))
            {
                case ImageInput.Refused refused:
                    return refused.Problem;
                case ImageInput.Accepted digit:
                    FeatureMaps maps = lease.Model.Look(found, digit.Values);
                    return request.Prefers("application/json", over: "image/png")
                        ? TypedResults.Ok(Describe(maps, digit.Preparation, options))
                        : TypedResults.File(PngEncoder.Encode(VectorAsImage.Draw(maps, options)), "image/png");
                default:
                    throw new InvalidOperationException("unreachable");
            }
        }
    }

    private static TilesResponse Describe(FeatureMaps maps, Preparation preparation, TileGridOptions options)
    {
        MapStatistics[] all = VectorAsImage.Statistics(maps);
        return new TilesResponse(
            maps.Layer, maps.Shape.ToArray(), all.Count(map => map.Silent), all[options.First..(options.First + options.Count!.Value)], preparation);
    }
}
