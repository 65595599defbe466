using System.Security.Claims;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <param name="Frames">In order; the first and the last are the reconstructions of the two digits.</param>
internal sealed record InterpolationResponse(FrameResponse[] Frames);

/// <param name="Position">How far on the way, 0 to 1.</param>
/// <param name="Pixels">A picture's values, channel by channel, row by row.</param>
internal sealed record FrameResponse(float Position, float[] Pixels);

internal static class InterpolationEndpoints
{
    private const int MaxFrames = 64;

    public static void MapInterpolation(this IEndpointRouteBuilder app) => app.MapGet("/v1/checkpoints/{reference}/interpolation", Interpolate)
        .WithTags("Looking at a model").RequireAuthorization(Roles.Reader)
        .WithName("drawInterpolation").WithSummary("The straight way from one digit's code to another's, decoded").ProducesPictureOr<InterpolationResponse>();

    /// <param name="from">The picture that the way begins at, counted from 0.</param>
    /// <param name="to">The picture that it ends at.</param>
    /// <param name="frames">How many pictures, both ends among them.</param>
    /// <param name="gap">Pixels between images.</param>
    private static async Task<IResult> Interpolate(
        string reference, Looking looking, DigitReader digits, FigureBound figures, HttpRequest request, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int from = 0, int to = 1,
        [Bounds(2, MaxFrames)] int frames = 8, [Bounds(1, TileGridOptions.MaxScale)] int scale = 4,
        [Bounds(0, TileGridOptions.MaxGap)] int gap = 2)
    {
        (LoadedModels.Rent? rent, ProblemHttpResult? problem) = await looking.OpenAsync(reference, token);
        using (rent)
        {
            if (rent is null)
            {
                return problem!;
            }

            FeatureShape shape = rent.Model.Plan.Input;
            var layout = new TileLayout(frames, frames, shape.Width, shape.Height, scale, gap);
            if (figures.Refusal(request.HttpContext, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            ClaimsPrincipal caller = request.HttpContext.User;
            switch (await digits.FromDatasetAsync(shape, dataset, split, from, caller, token), await digits.FromDatasetAsync(shape, dataset, split, to, caller, token))
            {
                case (DigitRead.Refused refused, _):
                    return refused.Problem;
                case (_, DigitRead.Refused refused):
                    return refused.Problem;
                case (DigitRead.Digit start, DigitRead.Digit end):
                    float[][] way = rent.Model.Interpolate(start.Values, end.Values, frames);
                    return request.Prefers("application/json", over: "image/png")
                        ? TypedResults.Ok(new InterpolationResponse([.. way.Select((pixels, frame) => new FrameResponse(frame / (frames - 1f), pixels))]))
                        : TypedResults.File(PngEncoder.Encode(
                            DigitFigures.Strip([.. way.Select(pixels => Picture.FromUnit(shape, pixels))], scale, gap)), "image/png");
                default:
                    throw new InvalidOperationException("unreachable");
            }
        }
    }
}
