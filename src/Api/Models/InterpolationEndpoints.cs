using System.Security.Claims;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>Frames of an interpolation between two codes.</summary>
/// <param name="Frames">Frames in order; the first and the last are the reconstructions of the two images.</param>
internal sealed record InterpolationResponse(FrameResponse[] Frames);

/// <summary>One decoded code of an interpolation.</summary>
/// <param name="Position">Position between the two codes, 0 to 1.</param>
/// <param name="Pixels">Values of the image, channel by channel, row by row.</param>
internal sealed record FrameResponse(float Position, float[] Pixels);

internal static class InterpolationEndpoints
{
    private const int MaxFrames = 64;

    public static void MapInterpolation(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapModelInspection("/v1/checkpoints/{reference}");
        checkpoint.MapGet("interpolation", Interpolate)
            .ProducesFigureOr<InterpolationResponse>(
                checkpoint.MapGet("interpolation.png", Interpolate),
                "drawInterpolation",
                "Interpolate linearly between the codes of two images, decoded",
                "The decoded frames.")
            .ProducesProblems(ImageInputReader.DatasetRefusals);
    }

    /// <param name="from">Index of the first image in the split, from 0.</param>
    /// <param name="to">Index of the last image in the split, from 0.</param>
    /// <param name="frames">Number of frames, both ends included.</param>
    /// <param name="gap">Pixels between images.</param>
    private static async Task<IResult> Interpolate(
        string reference, ModelCache models, ImageInputReader images, FigureSizeLimit limit, HttpContext context, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int from = 0, int to = 1,
        [Bounds(2, MaxFrames)] int frames = 8, [Bounds(1, TileGridOptions.MaxScale)] int scale = 4,
        [Bounds(0, TileGridOptions.MaxGap)] int gap = 2)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            var layout = new TileLayout(frames, frames, shape.Width, shape.Height, scale, gap);
            if (limit.Refusal(context, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            ClaimsPrincipal caller = context.User;
            if (!(await images.FromDatasetAsync(shape, dataset, split, from, caller, token)).TryGet(out ImageInput? start, out problem)
                || !(await images.FromDatasetAsync(shape, dataset, split, to, caller, token)).TryGet(out ImageInput? end, out problem))
            {
                return problem;
            }

            float[][] way = lease.Model.Interpolate(start.Values, end.Values, frames);
            return context.Request.WantsNumbers()
                ? TypedResults.Ok(
                    new InterpolationResponse([.. way.Select((pixels, frame) => new FrameResponse(frame / (frames - 1f), pixels))]))
                : TypedResults.File(
                    PngEncoder.Encode(ImageMontage.Strip([.. way.Select(pixels => InterleavedImage.FromUnit(shape, pixels))], scale, gap)),
                    "image/png");
        }
    }
}
