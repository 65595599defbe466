using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Images;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>A reconstruction in numbers.</summary>
/// <param name="Pixels">784 values, row by row; 0 background, 1 ink. A network without a bounded output may leave 0..1 a little.</param>
/// <param name="Mse">Mean squared error per pixel against the digit that the network was given.</param>
internal sealed record ReconstructionResponse([property: Length(784, 784)] float[] Pixels, double Mse);

/// <summary>What a picture of a reconstruction shows.</summary>
internal enum ReconstructionLayout
{
    /// <summary>The reconstruction.</summary>
    Single,

    /// <summary>The digit and its reconstruction.</summary>
    Pair,

    /// <summary>The digit, its reconstruction, and where they differ.</summary>
    Difference,
}

internal static class ReconstructionEndpoints
{
    private const string MseHeader = "Reconstruction-Mse";
    private const string MseMeaning = "Mean squared error per pixel against the digit that the network was given.";
    private const int Side = 28;
    private const int Gap = 2;
    private const int MaxDigits = 100;

    public static void MapReconstructions(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapGroup("/v1/checkpoints/{reference}").WithTags("Looking at a model").RequireAuthorization(Roles.Reader);
        checkpoint.MapGet("reconstruction", FromDataset).WithName("reconstructFromDataset").WithSummary("Reconstruct a digit of a data set").ProducesPictureOr<ReconstructionResponse>().AnswersHeader(200, MseHeader, MseMeaning, 0.0211);
        checkpoint.MapPost("reconstruction", FromUpload).WithName("reconstructUpload").WithSummary("Reconstruct an uploaded digit").AcceptsPicture().ProducesPictureOr<ReconstructionResponse>().AnswersHeader(200, MseHeader, MseMeaning, 0.0211);
        checkpoint.MapGet("reconstructions", TwoRows).WithName("drawReconstructions").WithSummary("Digits of a data set over their reconstructions")
            .Produces(200, contentType: "image/png").ProducesProblem(400).ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<IResult> FromDataset(
        string reference, Looking looking, DigitReader digits, HttpContext context, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int index = 0,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 1, [OneOf<ReconstructionLayout>] string layout = "single") =>
        await Reconstruct(reference, looking, () => digits.FromDatasetAsync(dataset, split, index, token), scale, layout, context, token);

    private static async Task<IResult> FromUpload(
        string reference, Looking looking, DigitReader digits, HttpContext context, CancellationToken token,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 1, [OneOf<ReconstructionLayout>] string layout = "single", [OneOf<Preprocessing>] string preprocess = "auto") =>
        await Reconstruct(reference, looking, () => digits.FromUploadAsync(context.Request, WireFormat.Parse<Preprocessing>(preprocess)!.Value, token), scale, layout, context, token);

    private static Task<IResult> Reconstruct(
        string reference, Looking looking, Func<Task<DigitRead>> readDigit, int scale, string layout, HttpContext context, CancellationToken token) =>
        looking.ShowAsync(
            reference,
            readDigit,
            (model, digit) =>
            {
                float[] reconstruction = model.Reconstruct(digit);
                double mse = Looking.MeanSquaredError(digit, reconstruction);
                context.Response.Headers[MseHeader] = mse.ToString("G9", CultureInfo.InvariantCulture);
                context.Response.Headers.Vary = "Accept";
                return context.Request.Prefers("application/json", over: "image/png")
                    ? TypedResults.Ok(new ReconstructionResponse(reconstruction, mse))
                    : TypedResults.File(PngEncoder.Encode(Draw(Picture(digit), Picture(reconstruction), scale, layout)), "image/png");
            },
            token);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> TwoRows(
        string reference, Looking looking, DigitReader digits, DatasetCatalog datasets, FigureBound figures, CancellationToken token,
        string? dataset = null, [Split] string split = "test",
        [Description("The first digit, counted from 0.")] int first = 0, [Bounds(1, MaxDigits), Description("How many digits.")] int count = 10, [Bounds(1, TileGridOptions.MaxScale)] int scale = 4)
    {
        var layout = new TileLayout(2 * count, count, Side, Side, scale, Gap);
        if (figures.Refusal(layout.Width, layout.Height) is { } tooLarge)
        {
            return tooLarge;
        }

        string name = dataset ?? datasets.Default;
        (DigitSet? set, ProblemHttpResult? unavailable) = await digits.SplitAsync(name, split, token);
        if (set is null)
        {
            return unavailable!;
        }

        if (first < 0 || first > set.Count - count)
        {
            return Problems.PictureNotFound(name, split, first < 0 ? first : first + count - 1, set.Count);
        }

        (LoadedModels.Rent? rent, ProblemHttpResult? problem) = await looking.OpenAsync(reference, token);
        using (rent)
        {
            if (rent is null)
            {
                return problem!;
            }

            float[] originals = [.. Enumerable.Range(first, count).SelectMany(index => DigitReader.ToUnit(set.Image(index)))];
            float[] reconstructions = rent.Model.Reconstruct(originals);
            Canvas figure = DigitFigures.TwoRows(Pictures(originals), Pictures(reconstructions), scale, Gap);
            return TypedResults.File(PngEncoder.Encode(figure), "image/png");
        }
    }

    private static Canvas Draw(GrayPicture original, GrayPicture reconstruction, int scale, string layout) => WireFormat.Parse<ReconstructionLayout>(layout) switch
    {
        ReconstructionLayout.Pair => DigitFigures.Pair(original, reconstruction, scale, Gap),
        ReconstructionLayout.Difference => DigitFigures.Difference(original, reconstruction, scale, Gap),
        _ => DigitFigures.Enlarged(reconstruction, scale),
    };

    private static GrayPicture Picture(ReadOnlySpan<float> values) => GrayPicture.FromUnit(Side, Side, values);

    private static GrayPicture[] Pictures(float[] values) => [.. values.Chunk(Side * Side).Select(chunk => Picture(chunk))];
}
