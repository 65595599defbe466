using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>How normal an image is to a network: its error among those of the validation images.</summary>
/// <param name="Mse">Mean squared error per value of the reconstruction.</param>
/// <param name="Percentile">Percentage of the validation images whose errors are smaller, 0 to 100.</param>
/// <param name="Quantile">Fraction of the validation images whose errors lie at or below the threshold.</param>
/// <param name="Threshold">Error above which an image is called anomalous.</param>
/// <param name="IsAnomalous">Whether <c>mse</c> is above <c>threshold</c>.</param>
internal sealed record ScoreResponse(
    double Mse, [property: Range(0, 100)] double Percentile, [property: Range(0, 1)] double Quantile, double Threshold, bool IsAnomalous);

/// <summary>Is this normal? The error of an image beside those of images that are.</summary>
internal static class ScoreEndpoints
{
    private const string QuantileMeaning = "Fraction of the validation images that are to count as normal.";
    private const double DefaultQuantile = 0.99;

    public static void MapScores(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapModelInspection("/v1/checkpoints/{reference}");
        checkpoint.MapGet("score", ScoreFromDataset)
            .WithName("scoreFromDataset")
            .WithSummary("Score how anomalous an image of a data set is")
            .Answers(200, "The score.")
            .ProducesProblems(ProblemType.Unprocessable)
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        checkpoint.MapPost("score", ScoreUpload)
            .WithName("scoreUpload")
            .WithSummary("Score how anomalous an uploaded image is")
            .AcceptsImage()
            .WithMetadata(new OneBodyMetadata())
            .Answers(200, "The score.")
            .ProducesProblems(ProblemType.Unprocessable);
        checkpoint.MapGet("score.png", DrawFromDataset)
            .AnswersHeatMap("drawScoreFromDataset", "an image of a data set")
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        checkpoint.MapPost("score.png", DrawUpload).AnswersHeatMap("drawScoreUpload", "an uploaded image").AcceptsImage()
            .WithMetadata(new OneBodyMetadata());
    }

    private static RouteHandlerBuilder AnswersHeatMap(this RouteHandlerBuilder endpoint, string name, string of) => endpoint
        .WithName(name)
        .WithSummary($"Render {of} with its reconstruction's error as a heat map over it")
        .Produces(200, contentType: "image/png")
        .Answers(200, "The image, in grey; the error from dark red to white.")
        .ProducesProblems(FigureSizeLimit.Refusals);

    private static async Task<Results<Ok<ScoreResponse>, ProblemHttpResult>> ScoreFromDataset(
        string reference, ModelCache models, ImageInputReader images, HttpContext context, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int index = 0,
        [Unit, Description(QuantileMeaning)] double quantile = DefaultQuantile)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return (await images.FromDatasetAsync(shape, dataset, split, index, context.User, token)).TryGet(
                    out ImageInput? image, out problem)
                ? Score(lease.Model, image.Values, quantile)
                : problem;
        }
    }

    private static async Task<Results<Ok<ScoreResponse>, ProblemHttpResult>> ScoreUpload(
        string reference, [AsParameters] UploadQuery upload, ModelCache models, ImageInputReader images, HttpContext context,
        CancellationToken token, [Unit, Description(QuantileMeaning)] double quantile = DefaultQuantile)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            return (await images.FromUploadAsync(context.Request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
                ? Score(lease.Model, image.Values, quantile)
                : problem;
        }
    }

    private static Results<Ok<ScoreResponse>, ProblemHttpResult> Score(Model model, float[] image, double quantile)
    {
        if (model.Errors is not { } errors)
        {
            return Problems.Unprocessable(
                "This checkpoint does not say how large its errors on validation images are: it was written elsewhere, or by an earlier "
                + "version. Train it here, at least to its next evaluation (startFrom begins with its weights).");
        }

        double mse = ReconstructionEndpoints.MeanSquaredError(image, model.Reconstruct(image)), threshold = errors.At(quantile);
        return TypedResults.Ok(new ScoreResponse(mse, errors.PercentileOf(mse), quantile, threshold, mse > threshold));
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> DrawFromDataset(
        string reference, ModelCache models, ImageInputReader images, FigureSizeLimit figures, HttpContext context,
        CancellationToken token, string? dataset = null, [Split] string split = "test", int index = 0,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 4)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return figures.Refusal(context, (long)shape.Width * scale, (long)shape.Height * scale) is { } tooLarge ? tooLarge
                : (await images.FromDatasetAsync(shape, dataset, split, index, context.User, token)).TryGet(
                    out ImageInput? image, out problem)
                    ? Draw(lease.Model, image.Values, scale)
                : problem;
        }
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> DrawUpload(
        string reference, [AsParameters] UploadQuery upload, ModelCache models, ImageInputReader images, FigureSizeLimit figures,
        HttpContext context, CancellationToken token, [Bounds(1, TileGridOptions.MaxScale)] int scale = 4)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return figures.Refusal(context, (long)shape.Width * scale, (long)shape.Height * scale) is { } tooLarge ? tooLarge
                : (await images.FromUploadAsync(context.Request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
                    ? Draw(lease.Model, image.Values, scale)
                : problem;
        }
    }

    private static FileContentHttpResult Draw(Model model, float[] image, int scale)
    {
        InterleavedImage heat = ErrorHeatMap.Render(model.Definition.Input, image, model.Reconstruct(image));
        return TypedResults.File(PngEncoder.Encode(ImageMontage.Enlarged(heat, scale)), "image/png");
    }
}
