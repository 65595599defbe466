using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
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

/// <summary>An image for a network.</summary>
/// <param name="Values">[C, H, W] in 0..1, as the network takes it.</param>
/// <param name="Preparation">What was done to the image to get them.</param>
internal sealed record ImageInput(float[] Values, Preparation Preparation)
{
    public ImageInput(float[] values)
        : this(values, Preparation.AsIs)
    {
    }
}

/// <summary>An image as numbers.</summary>
/// <param name="Pixels">
/// Values of an image of the network's <c>imageShape</c>, channel by channel, row by row: 0 background, 1 ink. A digit has 784.
/// </param>
internal sealed record PixelsRequest(
    [property: ItemBounds(0, 1)]
    [property: Length(TrainingSettingsValidator.MinImageValues, TrainingSettingsValidator.MaxImageValues)]
    float[] Pixels);

/// <summary>Gets the digit that a request is about: from a data set, or uploaded as a multipart field, a raw body or JSON.</summary>
internal sealed class ImageInputReader(DatasetCatalog datasets, ImageDecoder decoder)
{
    public const string Field = "image";

    /// <summary>Of a request for a split of a data set.</summary>
    public static readonly ProblemType[] SplitRefusals =
        [ProblemType.DatasetNotFound, ProblemType.DatasetPending, ProblemType.DatasetUnavailable];

    /// <summary>Of a request for an image of a data set that a network is to take.</summary>
    public static readonly ProblemType[] DatasetRefusals = [.. SplitRefusals, ProblemType.ImageNotFound, ProblemType.ImageUnusable];

    /// <summary>Of a request that sends an image.</summary>
    public static readonly ProblemType[] UploadRefusals =
    [
        ProblemType.ImageMissing, ProblemType.ImageTooLarge, ProblemType.ImageUnusable, ProblemType.NoDigitFound, ProblemType.SeveralDigits,
        .. RequestMemory.Refusals,
    ];

    /// <summary>The split, or the problem with its name or with getting it.</summary>
    /// <param name="caller">An operator has a data set fetched that is not here; others get the problem that it is not.</param>
    public async Task<Result<DatasetSplit, ProblemHttpResult>> SplitAsync(
        string dataset,
        string split,
        ClaimsPrincipal caller,
        CancellationToken token) =>
        (await DatasetAsync(dataset, caller, token)).TryGet(out Dataset? found, out ProblemHttpResult? problem)
            ? found.Split(split)! // its name was checked
            : problem;

    /// <summary>The data set, or the problem with its name or with getting it.</summary>
    /// <param name="caller">An operator has a data set fetched that is not here; others get the problem that it is not.</param>
    public async Task<Result<Dataset, ProblemHttpResult>> DatasetAsync(string dataset, ClaimsPrincipal caller, CancellationToken token)
    {
        if ((await datasets.AskAsync(dataset, mayRequest: caller.Role() >= Role.Operator, token)).TryGet(
                out Dataset? found,
                out DatasetFault? fault))
        {
            return found;
        }

        return fault.Kind switch
        {
            DatasetFaultKind.NotFound => Problems.DatasetNotFound(dataset, await datasets.NamesAsync(token)),
            DatasetFaultKind.Pending => Problems.DatasetPending(fault.Reason),
            _ => Problems.DatasetUnavailable(fault.Reason),
        };
    }

    /// <param name="shape">That the network takes.</param>
    public async Task<Result<ImageInput, ProblemHttpResult>> FromDatasetAsync(
        TensorShape shape, string? dataset, string split, int index, ClaimsPrincipal caller, CancellationToken token)
    {
        string name = dataset ?? await datasets.DefaultAsync(token);
        if (!(await SplitAsync(name, split, caller, token)).TryGet(out DatasetSplit? set, out ProblemHttpResult? problem))
        {
            return problem;
        }

        return Misfit(name, set, shape) is { } misfit ? misfit
            : index >= 0 && index < set.Count ? new ImageInput(ToUnit(set.Image(index)))
            : Problems.ImageNotFound(name, split, index, set.Count);
    }

    /// <summary>The problem of a data set whose images the network does not take; null where it does.</summary>
    public static ProblemHttpResult? Misfit(string dataset, DatasetSplit set, TensorShape shape) => Misfit(dataset, set.Shape, shape);

    /// <param name="images">Shape of the data set's images.</param>
    /// <param name="shape">That the network takes.</param>
    public static ProblemHttpResult? Misfit(string dataset, TensorShape images, TensorShape shape) =>
        images == shape
            ? null
            : Problems.ImageUnusable(
                $"The images of {dataset} are {images} (channels, height, width); this network takes {shape}. Name a data set of "
                + $"that shape."
            );

    /// <summary>How many images of the split are asked for: <paramref name="count"/>, or where that is null the rest of it.</summary>
    public static int CountFrom(int first, int? count, DatasetSplit set) => count ?? Math.Max(1, set.Count - Math.Max(0, first));

    /// <summary>The problem of images that the split does not have; null where it has all of them.</summary>
    public static ProblemHttpResult? OutOfRange(string dataset, string split, DatasetSplit set, int first, int count) =>
        first < 0 ? Problems.ImageNotFound(dataset, split, first, set.Count)
        : first > set.Count - count ? Problems.ImageNotFound(dataset, split, (long)first + count - 1, set.Count)
        : null;

    /// <summary>The uploaded image; what was done to it is reported in the answer's header.</summary>
    /// <param name="model">The network that is to be shown the image.</param>
    public async Task<Result<ImageInput, ProblemHttpResult>> FromUploadAsync(
        HttpRequest request,
        Model model,
        UploadQuery query,
        CancellationToken token)
    {
        Result<ImageInput, ProblemHttpResult> read =
            request.HasJsonContentType() ? await FromPixelsAsync(request, model.Definition.Input, token)
            : request.IsFileForm() ? await FromFormAsync(request, model, query, token)
            : await FromBodyAsync(request, model, query, token);
        if (read.TryGet(out ImageInput? image, out _))
        {
            request.HttpContext.Response.Report(image.Preparation);
        }

        return read;
    }

    public static Result<ImageInput, ProblemHttpResult> FromPixels(float[]? pixels, TensorShape shape) =>
        pixels?.Length == shape.Count && pixels.All(value => value is >= 0 and <= 1)
            ? new ImageInput(pixels)
            : Problems.Invalid(
                "pixels",
                $"must be {shape.Count} numbers from 0 (background) to 1 (ink), "
                + $"{(shape.Channels == 1 ? "row by row" : "red, then green, then blue, each row by row")}: this network takes {shape}."
            );

    public static float[] ToUnit(ReadOnlySpan<byte> pixels)
    {
        float[] values = new float[pixels.Length];
        ToUnit(pixels, values);
        return values;
    }

    /// <param name="values">Gets as many values in 0..1.</param>
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            values[i] = pixels[i] / 255f;
        }
    }

    private static async Task<Result<ImageInput, ProblemHttpResult>> FromPixelsAsync(
        HttpRequest request,
        TensorShape shape,
        CancellationToken token)
    {
        PixelsRequest? body;
        try
        {
            body = await request.ReadFromJsonAsync<PixelsRequest>(token);
        }
        catch (JsonException e)
        {
            return Problems.ImageMissing($"The body is not {{\"pixels\": [{shape.Count} numbers 0..1]}}: {e.Message}");
        }

        return FromPixels(body?.Pixels, shape);
    }

    private async Task<Result<ImageInput, ProblemHttpResult>> FromFormAsync(
        HttpRequest request,
        Model model,
        UploadQuery query,
        CancellationToken token)
    {
        ReadOnlyMemory<byte>? file = null;
        ProblemHttpResult? problem = await FileForm.ReadAsync(request, [Field], Problems.ImageMissing, TakeAsync, token);
        return problem is not null ? problem
            : file is { } bytes ? await FromImageAsync(request.HttpContext, bytes, model, query, token)
            : Problems.ImageMissing($"The form has no file called '{Field}'. Send one: curl -F {Field}=@digit.png");

        async Task<ProblemHttpResult?> TakeAsync(string name, Stream part)
        {
            if (!(await request.HttpContext.ReadAsync(part, token)).TryGet(out ReadOnlyMemory<byte> bytes, out ProblemHttpResult? full))
            {
                return full;
            }

            file = bytes;
            return null;
        }
    }

    private async Task<Result<ImageInput, ProblemHttpResult>> FromBodyAsync(
        HttpRequest request,
        Model model,
        UploadQuery query,
        CancellationToken token)
    {
        return (await request.HttpContext.ReadAsync(request.Body, token)).TryGet(out ReadOnlyMemory<byte> file, out ProblemHttpResult? full)
            ? await FromImageAsync(request.HttpContext, file, model, query, token)
            : full;
    }

    private async Task<Result<ImageInput, ProblemHttpResult>> FromImageAsync(
        HttpContext context,
        ReadOnlyMemory<byte> file,
        Model model,
        UploadQuery query,
        CancellationToken token)
    {
        if (file.Length == 0)
        {
            return Problems.ImageMissing(
                $"The body is empty. Send a PNG or JPEG as the body, or as the multipart field '{Field}', or {{\"pixels\": [...]}} as JSON."
            );
        }

        return (await decoder.DecodeAsync(file, model.Definition.Input.Channels, context.Memory(), token)).TryGet(
            out DecodedImage? decoded, out ProblemHttpResult? problem)
            ? UploadPreparation.Prepare(decoded, model, query)
            : problem;
    }
}

internal static class ImageInputConventions
{
    /// <summary>Lets an endpoint's body be an image in one of the accepted forms, whose preparation is reported in a header.</summary>
    public static RouteHandlerBuilder AcceptsImage(this RouteHandlerBuilder endpoint)
    {
        return endpoint
            .TakesUpTo(limits => limits.PictureBytes, json: limits => limits.NumberBytes)
            .TakesForm((ImageInputReader.Field, Description))
            .TakesFile("image/png", Description)
            .TakesFile("image/jpeg", Description)
            .TakesJson<PixelsRequest>()
            .ReportsPreparation()
            .ProducesProblems(ImageInputReader.UploadRefusals);

        static string Description(LimitsOptions limits) => string.Create(
            CultureInfo.InvariantCulture,
            $"A PNG or JPEG of at most {limits.PictureSide:N0} pixels a side, {limits.PicturePixels:N0} pixels "
            + $"({limits.PngPixels:N0} of a PNG) and {limits.PictureBytes:N0} bytes.");
    }
}
