using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Models;

/// <summary>The encoder's output for an image.</summary>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Values">Values of the code, channel by channel, row by row.</param>
internal sealed record CodeResponse(int[] Shape, float[] Values);

/// <summary>An image decoded from a code.</summary>
/// <param name="Pixels">
/// Values of the image, channel by channel, row by row: 0 background, 1 ink; outside 0..1 where the network's output is unbounded.
/// </param>
internal sealed record DecodingResponse(float[] Pixels);

internal static class CodeEndpoints
{
    public static void MapCodes(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapModelInspection("/v1/checkpoints/{reference}");
        checkpoint.MapGet("encode", EncodeFromDataset)
            .WithName("encodeFromDataset")
            .WithSummary("Encode an image of a data set")
            .ProducesCode()
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        checkpoint.MapPost("encode", EncodeUpload)
            .WithName("encodeUpload")
            .WithSummary("Encode an uploaded image")
            .AcceptsImage()
            .AcceptsImageBatch()
            .WithMetadata(new OneBodyMetadata())
            .ProducesCode()
            .Answers(200, "The code; of a batch [N, C, H, W] as NPY, whatever `Accept` says.");
        RouteHandlerBuilder decode = checkpoint.MapPost("decode", Decode);
        decode
            .ProducesFigureOr<DecodingResponse>(
                checkpoint.MapPost("decode.png", Decode),
                "decodeCode",
                "Decode a code to an image",
                "The decoded image.",
                CodeInputReader.NpyType)
            .AcceptsCode()
            .ProducesProblems(ProblemType.SwitchesMissing)
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        decode.TakesBatch().Answers(200, "The decoded image; of a batch [N, C, H, W] as NPY, whatever `Accept` says.");
    }

    private static RouteHandlerBuilder ProducesCode(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<CodeResponse>(200, "application/json", CodeInputReader.NpyType)
        .Answers(200, "The code.")
        .VariesBy(HeaderNames.Accept);

    private static async Task<IResult> EncodeFromDataset(
        string reference, ModelCache models, ImageInputReader images, HttpRequest request, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int index = 0)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return (await images.FromDatasetAsync(shape, dataset, split, index, request.HttpContext.User, token)).TryGet(
                out ImageInput? image,
                out problem)
                ? Encode(lease.Model, image, request)
                : problem;
        }
    }

    private static async Task<IResult> EncodeUpload(
        string reference,
        [AsParameters] UploadQuery upload,
        ModelCache models,
        ImageInputReader images,
        BatchInputReader batches,
        HttpRequest request,
        CancellationToken token)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        request.HttpContext.Response.RegisterForDispose(lease); // a batch is computed while it is sent
        NetworkDefinition definition = lease.Model.Definition;
        if (await BatchInputReader.IsSentAsync(request, token))
        {
            return (await batches.ImagesAsync(request, definition.Input, token)).TryGet(out BatchInput? batch, out problem)
                && BatchResult
                    .OfLayer(request.HttpContext, lease.Model, definition.CodeIndex, batch.Count, batch.CopyTo, "codes.npy")
                    .TryGet(out BatchResult? result, out problem)
                ? result
                : problem;
        }

        return (await images.FromUploadAsync(request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
            ? Encode(lease.Model, image, request)
            : problem;
    }

    private static IResult Encode(Model model, ImageInput image, HttpRequest request)
    {
        float[] code = model.Encode(image.Values);
        int[] shape = model.Definition.CodeShape.ToArray();
        return request.Prefers(CodeInputReader.NpyType, over: "application/json")
            ? TypedResults.File(NpyFile.Write(shape, code), CodeInputReader.NpyType, "code.npy")
            : TypedResults.Ok(new CodeResponse(shape, code));
    }

    /// <param name="switchesFrom">Index of the image in the split whose pooling switches a switch-unpool network uses.</param>
    private static async Task<IResult> Decode(
        string reference,
        ModelCache models,
        CodeInputReader codes,
        ImageInputReader images,
        BatchInputReader batches,
        FigureSizeLimit limit,
        HttpRequest request,
        CancellationToken token,
        string? dataset = null,
        [Split] string split = "test",
        int? switchesFrom = null,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 1)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        request.HttpContext.Response.RegisterForDispose(lease); // a batch is computed while it is sent
        NetworkDefinition definition = lease.Model.Definition;
        TensorShape shape = definition.Input;
        if (limit.Refusal(request.HttpContext, (long)shape.Width * scale, (long)shape.Height * scale) is { } tooLarge)
        {
            return tooLarge;
        }

        if (!(await codes.ReadAsync(request, lease.Checkpoint, definition, batches, token)).TryGet(out CodeInput? code, out problem))
        {
            return problem;
        }

        if (code.Batch is { } batch)
        {
            return DecodeBatch(lease.Model, batch, request.HttpContext);
        }

        float[] image = code.Image ?? [];
        if (definition.NeedsSwitches && code.Image is null)
        {
            if (switchesFrom is not { } index)
            {
                return SwitchesMissing();
            }

            if (!(await images.FromDatasetAsync(shape, dataset, split, index, request.HttpContext.User, token)).TryGet(
                    out ImageInput? input,
                    out problem))
            {
                return problem;
            }

            image = input.Values;
        }

        return Show(shape, lease.Model.Decode(code.Values, image), scale, request);
    }

    private static IResult DecodeBatch(Model model, BatchInput codes, HttpContext context)
    {
        if (model.Definition.NeedsSwitches)
        {
            return Problems.SwitchesMissing(
                "This network's decoder puts values back where an image had its maxima, so a batch of codes would need an image for each. "
                + "Send the codes one by one, [C, H, W] with ?switchesFrom=INDEX or as JSON with \"pixels\".");
        }

        return BatchResult.OfCodes(context, model, codes).TryGet(out BatchResult? result, out ProblemHttpResult? problem)
            ? result
            : problem;
    }

    private static ProblemHttpResult SwitchesMissing() => Problems.SwitchesMissing(
        "This network's decoder puts values back where an image had its maxima, and a code does not say where. "
        + "Name the image: ?switchesFrom=INDEX of a data set, or \"pixels\" beside \"values\".");

    private static IResult Show(TensorShape shape, float[] pixels, int scale, HttpRequest request)
    {
        return request.WantsNumbers()
            ? TypedResults.Ok(new DecodingResponse(pixels))
            : TypedResults.File(PngEncoder.Encode(ImageMontage.Enlarged(InterleavedImage.FromUnit(shape, pixels), scale)), "image/png");
    }
}
