using System.ComponentModel;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>The images that a network reconstructs best and worst, and the map of its codes.</summary>
internal static class EvaluationImageEndpoints
{
    private const int Across = 4; // triples in a row
    private const int Gap = 2;
    private const int Neighbors = 5;

    public static void MapEvaluationImages(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder evaluation = app.MapGroup("/v1/evaluations/{id}").WithTags("Evaluations").RequireRole(Roles.Reader);
        evaluation.TakesParameter("id", "Id of the evaluation.", EvaluationEndpoints.ExampleId)
            .ProducesProblems(ProblemType.EvaluationNotFound, ProblemType.Conflict);
        evaluation.MapGet("worst.png", Worst).AnswersImages("drawEvaluationWorst", "largest");
        evaluation.MapGet("best.png", Best).AnswersImages("drawEvaluationBest", "smallest");
        evaluation.MapGet("map", Map)
            .WithName("getEvaluationMap")
            .WithSummary("The codes of at most 2,000 images in two dimensions")
            .Answers(200, "The places of the images.")
            .AnswersEntityTag(EvaluationEndpoints.WhatIsTagged);
        evaluation.MapGet("map.png", MapImage)
            .WithName("drawEvaluationMap")
            .WithSummary("The same as a scatter plot, coloured by label")
            .Produces(200, contentType: "image/png")
            .Answers(200, "The plot.")
            .AnswersEntityTag(EvaluationEndpoints.WhatIsTagged)
            .ProducesProblems(FigureSizeLimit.Refusals);
        evaluation.MapPost("map/position", Position)
            .WithName("locateOnEvaluationMap")
            .WithSummary("Where an image's code lies on the map's plane, and the images whose codes are nearest")
            .AcceptsImage()
            .WithMetadata(new OneBodyMetadata())
            .Answers(200, "The place and the neighbours.")
            .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged, ProblemType.MemoryFull);
    }

    private static void AnswersImages(this RouteHandlerBuilder endpoint, string name, string which) => endpoint
        .WithName(name)
        .WithSummary($"The 24 images of the {which} losses, each with its reconstruction and where the two differ")
        .Produces(200, contentType: "image/png")
        .Answers(200, "The images, in rows of four.")
        .AnswersEntityTag(EvaluationEndpoints.WhatIsTagged)
        .ProducesProblems(FigureSizeLimit.Refusals)
        .ProducesProblems(ImageInputReader.DatasetRefusals)
        .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged, ProblemType.MemoryFull);

    private static Task<IResult> Worst(
        Guid id, EvaluationStore evaluations, ModelCache models, ImageInputReader images, FigureSizeLimit figures, HttpContext context,
        CancellationToken token, [Bounds(1, TileGridOptions.MaxScale)] int scale = 2) =>
        RenderAsync(id, result => result.Worst, evaluations, models, images, figures, context, scale, token);

    private static Task<IResult> Best(
        Guid id, EvaluationStore evaluations, ModelCache models, ImageInputReader images, FigureSizeLimit figures, HttpContext context,
        CancellationToken token, [Bounds(1, TileGridOptions.MaxScale)] int scale = 2) =>
        RenderAsync(id, result => result.Best, evaluations, models, images, figures, context, scale, token);

    private static async Task<IResult> RenderAsync(
        Guid id, Func<EvaluationResult, IReadOnlyList<ImageLoss>> which, EvaluationStore evaluations, ModelCache models,
        ImageInputReader images, FigureSizeLimit figures, HttpContext context, int scale, CancellationToken token)
    {
        if (await evaluations.FindAsync(id, token) is not { } evaluation)
        {
            return Problems.EvaluationNotFound(id);
        }

        if (evaluation.Row.Result is not { } result)
        {
            return EvaluationEndpoints.NotYet(evaluation);
        }

        if (context.IsKnown(evaluation, "image/png"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        IReadOnlyList<ImageLoss> shown = which(result);
        if (!(await models.OpenAsync(evaluation.Row.CheckpointId.ToString(), token)).TryGet(
                out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            var layout = new TileLayout(3 * shown.Count, 3 * Math.Min(Across, shown.Count), shape.Width, shape.Height, scale, Gap);
            if (figures.Refusal(context, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            if (!(await images.SplitAsync(evaluation.Row.Dataset, evaluation.Row.Split, context.User, token)).TryGet(
                    out DatasetSplit? split, out problem))
            {
                return problem;
            }

            if (ImageInputReader.Misfit(evaluation.Row.Dataset, split, shape) is { } misfit)
            {
                return misfit;
            }

            return shown.FirstOrDefault(image => image.Index >= split.Count) is { } gone
                ? Problems.ImageNotFound(evaluation.Row.Dataset, evaluation.Row.Split, gone.Index, split.Count)
                : TypedResults.File(PngEncoder.Encode(Render(lease.Model, split, shown, scale)), "image/png");
        }
    }

    private static Canvas Render(Model model, DatasetSplit split, IReadOnlyList<ImageLoss> shown, int scale)
    {
        TensorShape shape = model.Definition.Input;
        var pairs = shown
            .Select(image => ImageInputReader.ToUnit(split.Image(image.Index)))
            .Select(image => (InterleavedImage.FromUnit(shape, image), InterleavedImage.FromUnit(shape, model.Reconstruct(image))));
        return ImageMontage.Differences([.. pairs], Math.Min(Across, shown.Count), scale, Gap);
    }

    private static async Task<Results<Ok<MapResponse>, StatusCodeHttpResult, ProblemHttpResult>> Map(
        Guid id, EvaluationStore evaluations, HttpContext context, CancellationToken token,
        [OneOf<MapMethod>, Description("How the codes are laid out.")] string method = "pca") =>
        !(await OpenMapAsync(id, evaluations, token)).TryGet(out OpenMap? open, out ProblemHttpResult? problem) ? problem
        : context.IsKnown(open.Evaluation, "application/json") ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
        : TypedResults.Ok(MapResponse.Of(open.Map, JsonConventions.Parse<MapMethod>(method)!.Value));

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> MapImage(
        Guid id, EvaluationStore evaluations, FigureSizeLimit figures, HttpContext context, CancellationToken token,
        [OneOf<MapMethod>, Description("How the codes are laid out.")] string method = "pca",
        [Bounds(200, 4000), Description("Width of the image in pixels.")] int width = 800,
        [Bounds(150, 4000), Description("Height of the image in pixels.")] int height = 700)
    {
        if (figures.Refusal(context, width, height, LossPlot.BytesPerPixel) is { } tooLarge)
        {
            return tooLarge;
        }

        if (!(await OpenMapAsync(id, evaluations, token)).TryGet(out OpenMap? open, out ProblemHttpResult? problem))
        {
            return problem;
        }

        if (context.IsKnown(open.Evaluation, "image/png"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        MapResponse places = MapResponse.Of(open.Map, JsonConventions.Parse<MapMethod>(method)!.Value);
        return TypedResults.File(MapPlot.Render(places, width, height), "image/png");
    }

    private static async Task<Results<Ok<PositionResponse>, ProblemHttpResult>> Position(
        Guid id, [AsParameters] UploadQuery upload, EvaluationStore evaluations, ModelCache models, ImageInputReader images,
        HttpContext context, CancellationToken token)
    {
        if (!(await OpenMapAsync(id, evaluations, token)).TryGet(out OpenMap? open, out ProblemHttpResult? problem))
        {
            return problem;
        }

        if (!(await models.OpenAsync(open.Evaluation.Row.CheckpointId.ToString(), token)).TryGet(out ModelCache.Lease? lease, out problem))
        {
            return problem;
        }

        using (lease)
        {
            return (await images.FromUploadAsync(context.Request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
                ? TypedResults.Ok(Locate(open.Map, lease.Model.Encode(image.Values)))
                : problem;
        }
    }

    private static PositionResponse Locate(LabelledMap map, float[] code)
    {
        (float x, float y) = map.Map.Place(code);
        return new PositionResponse(
            x,
            y,
            [
                .. map.Map.Nearest(code, Neighbors)
                    .Select(each => new Neighbor(map.Map.Indices[each.Point], map.Labels?[each.Point], each.Distance)),
            ]);
    }

    private static async Task<Result<OpenMap, ProblemHttpResult>> OpenMapAsync(
        Guid id, EvaluationStore evaluations, CancellationToken token)
    {
        if (await evaluations.FindAsync(id, token) is not { } evaluation)
        {
            return Problems.EvaluationNotFound(id);
        }

        return await evaluations.MapAsync(id, token) is { } map ? new OpenMap(evaluation, map) : EvaluationEndpoints.NotYet(evaluation);
    }

    private sealed record OpenMap(StoredEvaluation Evaluation, LabelledMap Map);
}
