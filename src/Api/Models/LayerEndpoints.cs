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
internal sealed record TilesResponse(
    string Layer,
    [property: Length(3, 3)] int[] Shape,
    int Silent,
    MapStatistics[] Maps,
    Preparation Preparation);

internal static class LayerEndpoints
{
    private const string Maps = "The feature maps.";

    public static void MapLayers(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder layer = app.MapModelInspection("/v1/checkpoints/{reference}/layers/{layer}");
        layer.MapGet("tiles", FromDataset)
            .ProducesFigureOr<TilesResponse>(
                layer.MapGet("tiles.png", FromDataset),
                "drawTilesFromDataset",
                "Render the feature maps of a layer for an image of a data set",
                Maps)
            .ProducesProblems(ProblemType.LayerNotFound)
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        layer.MapPost("tiles", FromUpload)
            .ProducesFigureOr<TilesResponse>(
                layer.MapPost("tiles.png", FromUpload),
                "drawTilesOfUpload",
                "Render the feature maps of a layer for an uploaded image",
                Maps)
            .AcceptsImage()
            .ProducesProblems(ProblemType.LayerNotFound);
    }

    private static async Task<IResult> FromDataset(
        string reference, string layer, [AsParameters] TileQuery query, ModelCache models, ImageInputReader images, FigureSizeLimit limit,
        HttpContext context, CancellationToken token, string? dataset = null, [Split] string split = "test", int index = 0)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            Model model = lease.Model;
            return
                Plan(model, layer, query, limit, context).TryGet(out Figure? figure, out problem)
                && (await images.FromDatasetAsync(model.Definition.Input, dataset, split, index, context.User, token)).TryGet(
                    out ImageInput? image,
                    out problem)
                ? Render(figure, model, image, context.Request)
                : problem;
        }
    }

    private static async Task<IResult> FromUpload(
        string reference, string layer, [AsParameters] TileQuery query, [AsParameters] UploadQuery upload,
        ModelCache models, ImageInputReader images, FigureSizeLimit limit, HttpContext context, CancellationToken token)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            Model model = lease.Model;
            return Plan(model, layer, query, limit, context).TryGet(out Figure? figure, out problem)
                && (await images.FromUploadAsync(context.Request, model, upload, token)).TryGet(out ImageInput? image, out problem)
                ? Render(figure, model, image, context.Request)
                : problem;
        }
    }

    /// <summary>What to show of which layer, or the problem with it; the size of the figure is checked.</summary>
    private static Result<Figure, ProblemHttpResult> Plan(
        Model model,
        string name,
        TileQuery query,
        FigureSizeLimit limit,
        HttpContext context)
    {
        if (model.Definition.Find(name) is not { } layer)
        {
            return Problems.LayerNotFound(name, model.Definition.Layers.Select(each => each.Name));
        }

        TensorShape shape = VectorAsImage.Of(layer.Output);
        if (!query.Options(shape.Channels).TryGet(out TileGridOptions? options, out ProblemHttpResult? problem))
        {
            return problem;
        }

        TileLayout layout = TileLayout.Of(shape.Channels, shape.Height, shape.Width, options);
        return limit.Refusal(context, layout.Width, layout.Height) is { } tooLarge ? tooLarge : new Figure(layer, layout, options);
    }

    private static IResult Render(Figure figure, Model model, ImageInput image, HttpRequest request)
    {
        FeatureMaps maps = model.Look(figure.Layer, image.Values);
        return request.WantsNumbers()
            ? TypedResults.Ok(Describe(maps, image.Preparation, figure.Options))
            : TypedResults.File(PngEncoder.Encode(VectorAsImage.Render(maps, figure.Layout, figure.Options)), "image/png");
    }

    private static TilesResponse Describe(FeatureMaps maps, Preparation preparation, TileGridOptions options)
    {
        MapStatistics[] all = VectorAsImage.Statistics(maps);
        return new TilesResponse(
            maps.Layer,
            maps.Shape.ToArray(),
            all.Count(map => map.Silent),
            all[options.First..(options.First + options.Count!.Value)],
            preparation);
    }

    private sealed record Figure(Layer Layer, TileLayout Layout, TileGridOptions Options);
}
