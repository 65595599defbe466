using System.Text.Json;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Images;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>A 28×28 digit as 784 values 0..1, or why there is none.</summary>
internal abstract record DigitRead
{
    internal sealed record Digit(float[] Values) : DigitRead;

    internal sealed record Refused(ProblemHttpResult Problem) : DigitRead;

    public static implicit operator DigitRead(ProblemHttpResult problem) => new Refused(problem);
}

/// <summary>A digit as numbers, row by row.</summary>
internal sealed record PixelsRequest(float[] Pixels);

/// <summary>Gets the digit that a request is about: from a data set, or uploaded as a multipart field, a raw body or JSON.</summary>
internal sealed class DigitReader(DatasetCatalog datasets, PictureDecoder decoder)
{
    public const string Field = "image";

    public const int PixelCount = 28 * 28;

    /// <summary>The split, or the problem with its name or with getting it.</summary>
    public async Task<(DigitSet? Set, ProblemHttpResult? Problem)> SplitAsync(string dataset, string split, CancellationToken token)
    {
        return await datasets.AskAsync(dataset, token) switch
        {
            null => (null, Problems.DatasetNotFound(dataset, await datasets.NamesAsync(token))),
            DatasetLoad.Awaited awaited => (null, Problems.DatasetAwaited(awaited.Reason)),
            DatasetLoad.Unavailable unavailable => (null, Problems.DatasetUnavailable(unavailable.Reason)),
            DatasetLoad.Loaded loaded => (loaded.Dataset.Split(split), null),
            _ => throw new InvalidOperationException("unreachable"),
        };
    }

    public async Task<DigitRead> FromDatasetAsync(string? dataset, string split, int index, CancellationToken token)
    {
        string name = dataset ?? datasets.Default;
        (DigitSet? set, ProblemHttpResult? problem) = await SplitAsync(name, split, token);
        if (set is null)
        {
            return problem!;
        }

        return index >= 0 && index < set.Count
            ? new DigitRead.Digit(ToUnit(set.Image(index)))
            : Problems.PictureNotFound(name, split, index, set.Count);
    }

    public async Task<DigitRead> FromUploadAsync(HttpRequest request, Preprocessing preprocessing, CancellationToken token)
    {
        if (request.HasJsonContentType())
        {
            return await FromPixelsAsync(request, token);
        }

        if (request.HasFormContentType)
        {
            IFormFile? file;
            try
            {
                file = (await request.ReadFormAsync(token)).Files.GetFile(Field);
            }
            catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
            {
                return Problems.PictureMissing($"The multipart body cannot be read: {e.Message}");
            }

            if (file is null)
            {
                return Problems.PictureMissing($"The form has no file called '{Field}'. Send one: curl -F {Field}=@digit.png");
            }

            await using Stream stream = file.OpenReadStream();
            return await FromPictureAsync(stream, preprocessing, token);
        }

        return await FromPictureAsync(request.Body, preprocessing, token);
    }

    public static DigitRead FromPixels(float[]? pixels) => pixels is { Length: PixelCount } && pixels.All(value => value is >= 0 and <= 1)
        ? new DigitRead.Digit(pixels)
        : Problems.Invalid("pixels", $"must be {PixelCount} numbers from 0 (background) to 1 (ink), row by row.");

    public static float[] ToUnit(ReadOnlySpan<byte> pixels)
    {
        float[] values = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            values[i] = pixels[i] / 255f;
        }

        return values;
    }

    private static async Task<DigitRead> FromPixelsAsync(HttpRequest request, CancellationToken token)
    {
        PixelsRequest? body;
        try
        {
            body = await request.ReadFromJsonAsync<PixelsRequest>(token);
        }
        catch (JsonException e)
        {
            return Problems.PictureMissing($"The body is not {{\"pixels\": [784 numbers 0..1]}}: {e.Message}");
        }

        return FromPixels(body?.Pixels);
    }

    private async Task<DigitRead> FromPictureAsync(Stream stream, Preprocessing preprocessing, CancellationToken token)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, token);
        if (buffer.Length == 0)
        {
            return Problems.PictureMissing($"The body is empty. Send a PNG or JPEG as the body, or as the multipart field '{Field}', or {{\"pixels\": [...]}} as JSON.");
        }

        PictureDecoding decoding = await decoder.DecodeAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), token);
        return decoding switch
        {
            PictureDecoding.Decoded decoded => Prepare(decoded, preprocessing),
            PictureDecoding.UnsupportedType => Problems.MediaTypeUnsupported("The picture must be image/png or image/jpeg; its first bytes are of neither."),
            PictureDecoding.TooLarge large => Problems.PictureTooLarge(
                $"The picture is {large.Width}×{large.Height}; at most {large.Limits.MaxSide} a side and {large.Limits.MaxPixels} pixels are taken. Scale it down."),
            PictureDecoding.Damaged damaged => Problems.PictureUnusable(damaged.Reason),
            _ => throw new InvalidOperationException("unreachable"),
        };
    }

    private static DigitRead Prepare(PictureDecoding.Decoded decoded, Preprocessing preprocessing) =>
        DigitPreparation.Prepare(decoded.Picture, decoded.WasGray, preprocessing) switch
        {
            PreparedDigit.Ready ready => new DigitRead.Digit(ToUnit(ready.Picture.Pixels)),
            PreparedDigit.WrongSize size => Problems.PictureUnusable($"preprocess=none takes 28×28 pictures only, this one is {size.Width}×{size.Height}. Use preprocess=auto."),
            _ => throw new InvalidOperationException("unreachable"),
        };
}
