using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Models;

/// <summary>Images or codes that came in one NPY file [N, C, H, W], checked.</summary>
/// <param name="Type">Of the values: float32 as they are, uint8 as 255ths.</param>
/// <param name="Data">The values, as in the file.</param>
/// <param name="Shape">Of each item.</param>
internal sealed record BatchInput(NpyType Type, ReadOnlyMemory<byte> Data, int Count, TensorShape Shape)
{
    /// <summary>Copies the values of whole items, from number <paramref name="first"/> on.</summary>
    public void CopyTo(int first, Span<float> items)
    {
        if (Type == NpyType.U1)
        {
            ImageInputReader.ToUnit(Data.Span.Slice(first * Shape.Count, items.Length), items);
        }
        else
        {
            Floats(first, items.Length).CopyTo(items);
        }
    }

    /// <summary>Where the first value outside of those bounds is, or which is no number, and its value; else null.</summary>
    public (int Item, int Place, float Value)? FirstOutside(float low, float high, CancellationToken token)
    {
        for (int item = 0; Type == NpyType.F4 && item < Count; item++)
        {
            token.ThrowIfCancellationRequested();
            ReadOnlySpan<float> values = Floats(item, Shape.Count);
            for (int i = AreWithin(values, low, high) ? values.Length : 0; i < values.Length; i++)
            {
                if (!(values[i] >= low && values[i] <= high))
                {
                    return (item, i, values[i]);
                }
            }
        }

        return null;
    }

    /// <summary>Whether all values are within the bounds; NaN is not. Min and max of a span are NaN where a value is.</summary>
    private static bool AreWithin(ReadOnlySpan<float> values, float low, float high) =>
        TensorPrimitives.Min(values) >= low && TensorPrimitives.Max(values) <= high;

    private ReadOnlySpan<float> Floats(int first, int length) =>
        MemoryMarshal.Cast<byte, float>(Data.Span).Slice(first * Shape.Count, length);
}

/// <summary>Gets the batch that a request sends: an NPY file whose array has four axes.</summary>
internal sealed class BatchInputReader(IOptions<LimitsOptions> limits)
{
    /// <summary>Whether the request sends an NPY file to an operation that takes batches.</summary>
    public static async Task<bool> IsSentAsync(HttpRequest request, CancellationToken token) =>
        IsTaken(request)
        && !request.HasJsonContentType()
        && !request.IsFileForm()
        && (request.HasMediaType(CodeInputReader.NpyType)
            || FirstBytes.Tell(await FirstBytes.PeekAsync(request, token)) == FirstBytes.Npy);

    /// <summary>Whether the operation takes batches.</summary>
    public static bool IsTaken(HttpRequest request) =>
        request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<BatchMetadata>() is not null;

    /// <param name="shape">That the network takes.</param>
    public async Task<Result<BatchInput, ProblemHttpResult>> ImagesAsync(HttpRequest request, TensorShape shape, CancellationToken token)
    {
        if (!(await request.HttpContext.ReadAsync(request.Body, token)).TryGet(out ReadOnlyMemory<byte> file, out ProblemHttpResult? full))
        {
            return full;
        }

        if (file.Length == 0)
        {
            return Problems.ImageMissing($"The body is empty. Send an NPY file [N, {Axes(shape)}].");
        }

        return !Parse(file, shape, Problems.ImageUnusable).TryGet(out BatchInput? batch, out ProblemHttpResult? problem) ? problem
            : batch.FirstOutside(0, 1, token) is var (item, place, value)
                ? Problems.ImageUnusable(
                    $"Value {place} of image {item} is {Text(value)}; float32 must be 0 (background) to 1 (ink), and uint8 0 to 255.")
            : batch;
    }

    /// <param name="shape">Of the network's codes.</param>
    /// <param name="largest">The bound of the values, in size.</param>
    public Result<BatchInput, ProblemHttpResult> Codes(
        ReadOnlyMemory<byte> file, TensorShape shape, float largest, CancellationToken token) =>
        !Parse(file, shape, Problems.CodeUnusable).TryGet(out BatchInput? batch, out ProblemHttpResult? problem) ? problem
        : batch.Type != NpyType.F4
            ? Problems.CodeUnusable("Its values are '|u1'; write codes as little-endian float32: array.astype('<f4').")
        : batch.FirstOutside(-largest, largest, token) is var (item, place, value)
            ? Problems.CodeUnusable(
                $"Value {place} of code {item} is {Text(value)}; all must be finite, and at most {largest:E0} in size.")
        : batch;

    private Result<BatchInput, ProblemHttpResult> Parse(
        ReadOnlyMemory<byte> file, TensorShape shape, Func<string, ProblemHttpResult> unusable)
    {
        if (file.Length > limits.Value.BatchBytes)
        {
            return Problems.TooLarge(
                $"The batch has {file.Length} bytes; at most {limits.Value.BatchBytes} are taken (Limits:BatchBytes). Send it in parts.");
        }

        if (!NpyFile.ReadHeader(file.Span).TryGet(out NpyHeader? header, out string? fault))
        {
            return unusable(fault);
        }

        if (header.Shape is not [int count, ..] || !header.Shape.AsSpan(1).SequenceEqual(shape.ToArray()))
        {
            return unusable($"Its shape is ({string.Join(", ", header.Shape)}); a batch for this network is [N, {Axes(shape)}].");
        }

        return header.LengthFault(file.Length) is { } wrong ? unusable(wrong)
            : count == 0 ? unusable("N is 0: it holds nothing.")
            : count > limits.Value.BatchImages
                ? Problems.TooLarge(
                    $"N is {count}; at most {limits.Value.BatchImages} are taken (Limits:BatchImages). Send the batch in parts.")
            : new BatchInput(header.Type, file[header.DataAt..], count, shape);
    }

    private static string Axes(TensorShape shape) => string.Join(", ", shape.ToArray());

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Of an operation that takes batches.</summary>
internal sealed record BatchMetadata;

internal static class BatchInputConventions
{
    /// <summary>Lets an endpoint that takes images take a batch of them too.</summary>
    public static RouteHandlerBuilder AcceptsImageBatch(this RouteHandlerBuilder endpoint) => endpoint
        .TakesFile(
            CodeInputReader.NpyType,
            limits => string.Create(
                CultureInfo.InvariantCulture,
                $"A batch: an NPY file [N, C, H, W] of at most {limits.BatchImages:N0} images and {limits.BatchBytes:N0} bytes, uint8 or "
                + $"little-endian float32 in 0..1, in C order. Answered as {CodeInputReader.NpyType}, float32."))
        .TakesBatch();

    /// <summary>Lets an endpoint take batches, up to their own limit.</summary>
    public static RouteHandlerBuilder TakesBatch(this RouteHandlerBuilder endpoint) => endpoint
        .TakesNpyUpTo(limits => limits.BatchBytes)
        .WithMetadata(new BatchMetadata());
}
