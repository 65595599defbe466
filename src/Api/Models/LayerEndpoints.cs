using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>A layer's feature maps in numbers.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Shape">Channels, height, width of the whole layer.</param>
/// <param name="Dead">How many of its maps are zero everywhere for this picture.</param>
/// <param name="Maps">The maps asked for.</param>
/// <param name="Preparation">What was done to the image before the network was given it.</param>
internal sealed record TilesResponse(string Layer, [property: Length(3, 3)] int[] Shape, int Dead, MapStatistics[] Maps, Preparation Preparation);

internal static class LayerEndpoints
{
    public static void MapLayers(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder layer = app.MapGroup("/v1/checkpoints/{reference}/layers/{layer}").WithTags("Looking at a model").RequireAuthorization(Roles.Reader);
        layer.MapGet("tiles", FromDataset).WithName("drawTilesFromDataset").WithSummary("A layer's feature maps for a digit of a data set").ProducesPictureOr<TilesResponse>();
        layer.MapPost("tiles", FromUpload).WithName("drawTilesOfUpload").WithSummary("A layer's feature maps for an uploaded digit").AcceptsPicture().ReportsPreparation().ProducesPictureOr<TilesResponse>();
    }

    private static async Task<IResult> FromDataset(
        string reference, string layer, [AsParameters] TileQuery query, Looking looking, DigitReader digits, FigureBound figures, HttpRequest request, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int index = 0) =>
        await Tiles(reference, layer, query, looking, figures, model => digits.FromDatasetAsync(model.Plan.Input, dataset, split, index, request.HttpContext.User, token), request, token);

    private static async Task<IResult> FromUpload(
        string reference, string layer, [AsParameters] TileQuery query, [AsParameters] UploadQuery upload,
        Looking looking, DigitReader digits, FigureBound figures, HttpRequest request, CancellationToken token) =>
        await Tiles(reference, layer, query, looking, figures, model => digits.FromUploadAsync(request, model, upload, token), request, token);

    private static async Task<IResult> Tiles(
        string reference, string layer, TileQuery query, Looking looking, FigureBound figures, Func<Model, Task<DigitRead>> readDigit, HttpRequest request, CancellationToken token)
    {
        (LoadedModels.Rent? rent, ProblemHttpResult? problem) = await looking.OpenAsync(reference, token);
        using (rent)
        {
            if (rent is null)
            {
                return problem!;
            }

            if (rent.Model.Plan.Find(layer) is not { } stage)
            {
                return Problems.LayerNotFound(layer, rent.Model.Plan.Stages.Select(each => each.Name));
            }

            FeatureShape shape = FoldedMaps.Of(stage.Output);
            if (query.Options(shape.Channels, out ProblemHttpResult? invalid) is not { } options)
            {
                return invalid!;
            }

            TileLayout layout = TileLayout.Of(shape.Channels, shape.Height, shape.Width, options);
            if (figures.Refusal(request.HttpContext, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            switch (await readDigit(rent.Model))
            {
                case DigitRead.Refused refused:
                    return refused.Problem;
                case DigitRead.Digit digit:
                    FeatureMaps maps = rent.Model.Look(stage, digit.Values);
                    return request.Prefers("application/json", over: "image/png")
                        ? TypedResults.Ok(Describe(maps, digit.Preparation, options))
                        : TypedResults.File(PngEncoder.Encode(FoldedMaps.Draw(maps, options)), "image/png");
                default:
                    throw new InvalidOperationException("unreachable");
            }
        }
    }

    private static TilesResponse Describe(FeatureMaps maps, Preparation preparation, TileGridOptions options)
    {
        MapStatistics[] all = FoldedMaps.Statistics(maps);
        return new TilesResponse(
            maps.Stage, maps.Shape.ToArray(), all.Count(map => map.Dead), all[options.First..(options.First + options.Count!.Value)], preparation);
    }
}
