using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>The values and errors of a reconstruction.</summary>
/// <param name="Pixels">
/// Values of the image, channel by channel, row by row: 0 background, 1 ink; outside 0..1 where the network's output is unbounded.
/// </param>
/// <param name="Mse">Mean squared error per value against the clean image.</param>
/// <param name="InputMse">Mean squared error per value of the network's input against the clean image: 0 without noise.</param>
/// <param name="Preparation">Preparation of the image for the network.</param>
internal sealed record ReconstructionResponse(
    [property: Length(TrainingSettingsValidator.MinImageValues, TrainingSettingsValidator.MaxImageValues)] float[] Pixels,
    double Mse,
    double InputMse,
    Preparation Preparation);

/// <summary>What an image of a reconstruction shows.</summary>
internal enum ReconstructionLayout
{
    /// <summary>The reconstruction.</summary>
    Single,

    /// <summary>The digit and its reconstruction.</summary>
    Pair,

    /// <summary>The digit, its reconstruction, and where they differ.</summary>
    Difference,

    /// <summary>The digit, what noise has made of it, and what the network has made of that.</summary>
    Restored,
}

internal static class ReconstructionEndpoints
{
    private const string MseHeader = "Reconstruction-Mse";
    private const string GapMeaning = "Pixels between images.";
    private const string UnpoolingMeaning = "In place of the network's own, with the same weights; for networks that pool.";
    private const int DefaultGap = 2;
    private const int MaxDigits = 100;

    public static void MapReconstructions(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapModelInspection("/v1/checkpoints/{reference}");
        checkpoint.MapGet("reconstruction", FromDataset)
            .ProducesReconstruction(
                checkpoint.MapGet("reconstruction.png", FromDataset),
                "reconstructFromDataset",
                "Reconstruct an image of a data set")
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        RouteHandlerBuilder upload = checkpoint.MapPost("reconstruction", FromUpload);
        upload
            .ProducesReconstruction(
                checkpoint.MapPost("reconstruction.png", FromUpload),
                "reconstructUpload",
                "Reconstruct an uploaded image",
                CodeInputReader.NpyType)
            .AcceptsImage();
        upload.AcceptsImageBatch().Answers(200, "The reconstruction; of a batch [N, C, H, W] as NPY, whatever `Accept` says.");
        checkpoint.MapGet("reconstructions", Rows)
            .WithName("drawReconstructions")
            .WithSummary("Render images of a data set over their reconstructions; with `noise`, the noisy images between them")
            .Produces(200, contentType: "image/png")
            .Answers(200, "The rows of images.")
            .ProducesProblems(FigureSizeLimit.Refusals)
            .ProducesProblems(ImageInputReader.DatasetRefusals);
    }

    private static RouteHandlerBuilder ProducesReconstruction(
        this RouteHandlerBuilder either, RouteHandlerBuilder png, string name, string summary, params string[] more) => either
        .ProducesFigureOr<ReconstructionResponse>(png, name, summary, "The reconstruction.", more)
        .ProducesProblems(ProblemType.Unprocessable)
        .AnswersHeader(200, MseHeader, "Mean squared error per value against the clean image.", 0.0211);

    private static async Task<IResult> FromDataset(
        string reference,
        [AsParameters] NoiseQuery noise,
        ModelCache models,
        ImageInputReader images,
        FigureSizeLimit figures,
        HttpContext context,
        CancellationToken token,
        string? dataset = null,
        [Split] string split = "test",
        int index = 0,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 1,
        [OneOf<ReconstructionLayout>] string layout = "single",
        [Bounds(0, TileGridOptions.MaxGap), Description(GapMeaning)] int gap = DefaultGap,
        [OneOf<Unpooling>, Description(UnpoolingMeaning)] string? unpooling = null)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return (await images.FromDatasetAsync(shape, dataset, split, index, context.User, token)).TryGet(
                out ImageInput? image,
                out problem)
                ? Show(
                    lease.Model,
                    image,
                    noise.AddNoise(lease.Model.Noise, index, image.Values),
                    new Figure(scale, layout, gap, unpooling),
                    figures,
                    context)
                : problem;
        }
    }

    private static async Task<IResult> FromUpload(
        string reference,
        [AsParameters] NoiseQuery noise,
        [AsParameters] UploadQuery upload,
        ModelCache models,
        ImageInputReader images,
        BatchInputReader batches,
        FigureSizeLimit figures,
        HttpContext context,
        CancellationToken token,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 1,
        [OneOf<ReconstructionLayout>] string layout = "single",
        [Bounds(0, TileGridOptions.MaxGap), Description(GapMeaning)] int gap = DefaultGap,
        [OneOf<Unpooling>, Description(UnpoolingMeaning)] string? unpooling = null)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        context.Response.RegisterForDispose(lease); // a batch is computed while it is sent
        if (await BatchInputReader.IsSentAsync(context.Request, token))
        {
            return (await batches.ImagesAsync(context.Request, lease.Model.Definition.Input, token)).TryGet(
                out BatchInput? batch,
                out problem)
                ? Batch(lease.Model, batch, noise, unpooling, context)
                : problem;
        }

        return (await images.FromUploadAsync(context.Request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
            ? Show(
                lease.Model,
                image,
                noise.AddNoise(lease.Model.Noise, index: 0, image.Values),
                new Figure(scale, layout, gap, unpooling),
                figures,
                context)
            : problem;
    }

    /// <summary>The reconstructions of a batch, whose image number i gets the noise of index i.</summary>
    private static IResult Batch(Model model, BatchInput batch, NoiseQuery noise, string? unpooling, HttpContext context)
    {
        Model? network = model;
        if (unpooling is not null)
        {
            if (!model.WithUnpooling(JsonConventions.Parse<Unpooling>(unpooling)!.Value).TryGet(out network, out string? fault))
            {
                return Problems.Unprocessable($"unpooling: {fault}");
            }

            context.Response.RegisterForDispose(network);
        }

        int last = network.Definition.Layers.Count - 1;
        return BatchResult
            .OfLayer(context, network, last, batch.Count, noise.IsAsked ? ReadNoisy : batch.CopyTo, "reconstructions.npy")
            .TryGet(out BatchResult? result, out ProblemHttpResult? problem)
            ? result
            : problem;

        void ReadNoisy(int first, Span<float> items)
        {
            batch.CopyTo(first, items);
            for (int i = 0; i < items.Length / batch.Shape.Count; i++)
            {
                Span<float> image = items.Slice(i * batch.Shape.Count, batch.Shape.Count);
                noise.AddNoise(model.Noise, first + i, image.ToArray()).CopyTo(image);
            }
        }
    }

    private static IResult Show(
        Model model,
        ImageInput image,
        float[] input,
        Figure figure,
        FigureSizeLimit figures,
        HttpContext context)
    {
        float[] clean = image.Values;
        TensorShape shape = model.Definition.Input;
        (int scale, int gap) = (figure.Scale, figure.Gap);
        ReconstructionLayout shown = JsonConventions.Parse<ReconstructionLayout>(figure.Layout)!.Value;
        bool isJson = context.Request.WantsNumbers();
        if (!isJson && Refusal() is { } tooLarge)
        {
            return tooLarge;
        }

        if (!Reconstruct(model, input, figure.Unpooling).TryGet(out float[]? reconstruction, out ProblemHttpResult? problem))
        {
            return problem;
        }

        double mse = MeanSquaredError(clean, reconstruction);
        context.Response.Headers[MseHeader] = mse.ToString("G9", CultureInfo.InvariantCulture);
        return isJson
            ? TypedResults.Ok(new ReconstructionResponse(reconstruction, mse, MeanSquaredError(clean, input),
                image.Preparation))
            : TypedResults.File(PngEncoder.Encode(Draw()), "image/png");

        ProblemHttpResult? Refusal()
        {
            int images = shown switch
            {
                ReconstructionLayout.Single => 1,
                ReconstructionLayout.Pair => 2,
                _ => 3,
            };
            var tiles = new TileLayout(images, images, shape.Width, shape.Height, scale, gap);
            return figures.Refusal(context, tiles.Width, tiles.Height);
        }

        Canvas Draw() => shown switch
        {
            ReconstructionLayout.Pair => ImageMontage.Pair(Of(clean), Of(reconstruction), scale, gap),
            ReconstructionLayout.Difference => ImageMontage.Difference(Of(clean), Of(reconstruction), scale, gap),
            ReconstructionLayout.Restored => ImageMontage.Denoised(Of(clean), Of(input), Of(reconstruction), scale, gap),
            _ => ImageMontage.Enlarged(Of(reconstruction), scale),
        };

        InterleavedImage Of(float[] values) => InterleavedImage.FromUnit(shape, values);
    }

    /// <param name="unpooling">In place of the network's own; null: that one.</param>
    private static Result<float[], ProblemHttpResult> Reconstruct(Model model, float[] input, string? unpooling)
    {
        if (unpooling is null)
        {
            return model.Reconstruct(input);
        }

        return model.Activate(input, JsonConventions.Parse<Unpooling>(unpooling)).TryGet(out Activations? activations, out string? fault)
            ? activations.Outputs[^1]
            : Problems.Unprocessable($"unpooling: {fault}");
    }

    /// <summary>What to show, as the query has it.</summary>
    private sealed record Figure(int Scale, string Layout, int Gap, string? Unpooling);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Rows(
        string reference,
        [AsParameters] NoiseQuery noise,
        ModelCache models,
        ImageInputReader images,
        DatasetCatalog datasets,
        FigureSizeLimit figures,
        HttpContext context,
        CancellationToken token,
        string? dataset = null,
        [Split] string split = "test",
        [Description("Index of the first image in the split, from 0.")] int first = 0,
        [Bounds(1, MaxDigits), Description("Number of images.")] int count = 10,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 4,
        [Bounds(0, TileGridOptions.MaxGap), Description(GapMeaning)] int gap = DefaultGap)
    {
        string name = dataset ?? await datasets.DefaultAsync(token);
        if (!(await images.SplitAsync(name, split, context.User, token)).TryGet(out DatasetSplit? set, out ProblemHttpResult? problem))
        {
            return problem;
        }

        if (ImageInputReader.OutOfRange(name, split, set, first, count) is { } outside)
        {
            return outside;
        }

        var layout = new TileLayout((noise.IsAsked ? 3 : 2) * count, count, set.Width, set.Height, scale, gap);
        if (figures.Refusal(context, layout.Width, layout.Height) is { } tooLarge)
        {
            return tooLarge;
        }

        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out problem))
        {
            return problem;
        }

        using (lease)
        {
            if (ImageInputReader.Misfit(name, set, lease.Model.Definition.Input) is { } misfit)
            {
                return misfit;
            }

            float[][] originals = [.. Enumerable.Range(first, count).Select(index => ImageInputReader.ToUnit(set.Image(index)))];
            float[][]? noisy = noise.IsAsked
                ? [.. originals.Select((clean, i) => noise.AddNoise(lease.Model.Noise, first + i, clean))]
                : null;
            Canvas figure = ReconstructionMontage.Render(lease.Model, originals, noisy, scale, gap);
            return TypedResults.File(PngEncoder.Encode(figure), "image/png");
        }
    }

    /// <summary>Mean squared error per value of two images.</summary>
    internal static double MeanSquaredError(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }

        return sum / a.Length;
    }
}
