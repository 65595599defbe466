using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <param name="Shape">Channels, height, width.</param>
/// <param name="Values">Channel by channel, row by row.</param>
internal sealed record CodeResponse(int[] Shape, float[] Values);

/// <param name="Pixels">A picture's values, channel by channel, row by row; 0 background, 1 ink. A network without a bounded output may leave 0..1.</param>
internal sealed record DecodingResponse(float[] Pixels);

internal static class CodeEndpoints
{
    public static void MapCodes(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapGroup("/v1/checkpoints/{reference}").WithTags("Looking at a model").RequireAuthorization(Roles.Reader);
        checkpoint.MapGet("encode", EncodeFromDataset).WithName("encodeFromDataset").WithSummary("The code of a digit of a data set").ProducesCode();
        checkpoint.MapPost("encode", EncodeUpload).WithName("encodeUpload").WithSummary("The code of an uploaded digit").AcceptsPicture().ReportsPreparation().ProducesCode();
        checkpoint.MapPost("decode", Decode).WithName("decodeCode").WithSummary("A picture from a code").AcceptsCode().ProducesPictureOr<DecodingResponse>();
    }

    private static async Task<IResult> EncodeFromDataset(
        string reference, Looking looking, DigitReader digits, HttpRequest request, CancellationToken token, string? dataset = null, [Split] string split = "test", int index = 0) =>
        await Encode(reference, looking, model => digits.FromDatasetAsync(model.Plan.Input, dataset, split, index, request.HttpContext.User, token), request, token);

    private static async Task<IResult> EncodeUpload(
        string reference, [AsParameters] UploadQuery upload, Looking looking, DigitReader digits, HttpRequest request, CancellationToken token) =>
        await Encode(reference, looking, model => digits.FromUploadAsync(request, model, upload, token), request, token);

    private static Task<IResult> Encode(string reference, Looking looking, Func<Model, Task<DigitRead>> readDigit, HttpRequest request, CancellationToken token) =>
        looking.ShowAsync(
            reference,
            readDigit,
            (model, digit) =>
            {
                float[] code = model.Encode(digit.Values);
                int[] shape = model.Plan.CodeShape.ToArray();
                return request.Prefers(CodeReader.NpyType, over: "application/json")
                    ? TypedResults.File(NpyFile.Write(shape, code), CodeReader.NpyType, "code.npy")
                    : TypedResults.Ok(new CodeResponse(shape, code));
            },
            token);

    /// <param name="switchesFrom">The digit of the data set whose switches a network of switch-unpool uses.</param>
    private static async Task<IResult> Decode(
        string reference, Looking looking, DigitReader digits, FigureBound figures, HttpRequest request, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int? switchesFrom = null, [Bounds(1, TileGridOptions.MaxScale)] int scale = 1)
    {
        (LoadedModels.Rent? rent, ProblemHttpResult? problem) = await looking.OpenAsync(reference, token);
        using (rent)
        {
            if (rent is null)
            {
                return problem!;
            }

            FeatureShape shape = rent.Model.Plan.Input;
            if (figures.Refusal(request.HttpContext, (long)shape.Width * scale, (long)shape.Height * scale) is { } tooLarge)
            {
                return tooLarge;
            }

            switch (await CodeReader.ReadAsync(request, rent.Model.Plan, token))
            {
                case CodeRead.Refused refused:
                    return refused.Problem;
                case CodeRead.Code code:
                    return await SwitchesAsync(rent.Model.Plan, code.Picture, switchesFrom, index => digits.FromDatasetAsync(shape, dataset, split, index, request.HttpContext.User, token)) switch
                    {
                        DigitRead.Digit digit => Show(shape, rent.Model.Decode(code.Values, digit.Values), scale, request),
                        DigitRead.Refused refused => refused.Problem,
                        _ => throw new InvalidOperationException("unreachable"),
                    };
                default:
                    throw new InvalidOperationException("unreachable");
            }
        }
    }

    /// <summary>The picture whose switches the decoder uses: an empty one where it needs none.</summary>
    private static async Task<DigitRead> SwitchesAsync(NetworkPlan plan, float[]? picture, int? index, Func<int, Task<DigitRead>> readDigit) =>
        !plan.NeedsSwitches ? new DigitRead.Digit([])
        : picture is not null ? new DigitRead.Digit(picture)
        : index is not null ? await readDigit(index.Value)
        : Problems.SwitchesMissing(
            "This network's decoder puts values back where a picture had its maxima, and a code does not say where. "
            + "Name the picture: ?switchesFrom=INDEX of a data set, or \"pixels\" beside \"values\".");

    private static IResult Show(FeatureShape shape, float[] pixels, int scale, HttpRequest request)
    {
        return request.Prefers("application/json", over: "image/png")
            ? TypedResults.Ok(new DecodingResponse(pixels))
            : TypedResults.File(PngEncoder.Encode(DigitFigures.Enlarged(Picture.FromUnit(shape, pixels), scale)), "image/png");
    }
}
