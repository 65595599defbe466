using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What is wrong with an image of a set.</summary>
/// <param name="Full">The problem of a process that has no memory for it; else null.</param>
internal sealed record StackFault(string Reason, ProblemHttpResult? Full = null);

/// <summary>
/// Images of one size laid one after another: grey as long as all are, and in three channels from the first coloured one
/// on.
/// </summary>
internal sealed class ImageBatchBuilder
{
    private readonly RequestMemory _memory;
    private readonly int _count;
    private readonly int _maxBytes;
    private readonly byte[] _planes;
    private int _filled;

    private ImageBatchBuilder(int count, int width, int height, int maxBytes, RequestMemory memory)
    {
        (_memory, _count, _maxBytes, Shape) = (memory, count, maxBytes, new TensorShape(ImageShapes.Gray, height, width));
        Pixels = new byte[count * Shape.Count];
        _planes = new byte[ImageShapes.Color * Shape.Count];
    }

    public TensorShape Shape { get; private set; }

    /// <summary>Count × channels × height × width bytes.</summary>
    public byte[] Pixels { get; private set; }

    /// <summary>What is wrong with the size of the next image, or null. The first one decides that of all, and makes the stack.</summary>
    public static StackFault? Fault(ref ImageBatchBuilder? stack, int count, int width, int height, LimitsOptions limits,
        RequestMemory memory)
    {
        if (stack is { Shape: var shape })
        {
            return (shape.Width, shape.Height) == (width, height)
                ? null
                : new($"is {width}×{height}, and the first image is {shape.Width}×{shape.Height}; all of a set must have one size.");
        }

        if (ImageShapes.Violation(new TensorShape(ImageShapes.Gray, height, width), limits.DatasetSide) is { } violation)
        {
            return new(violation);
        }

        if ((long)count * width * height > limits.DatasetBytes)
        {
            return new(TooMany(count, limits.DatasetBytes));
        }

        if (memory.Take((long)count * width * height) is { } full)
        {
            return new("finds no memory", full);
        }

        stack = new ImageBatchBuilder(count, width, height, limits.DatasetBytes, memory);
        return null;
    }

    /// <returns>What is wrong with the image, or null.</returns>
    public StackFault? Add(byte[] png)
    {
        if (PngPixels.Decode(png, Shape.Width, Shape.Height, _planes, out bool isGray) is { } fault)
        {
            return new(fault);
        }

        if (!isGray && Shape.Channels == ImageShapes.Gray)
        {
            if ((long)ImageShapes.Color * Pixels.Length > _maxBytes)
            {
                return new($"is coloured. {TooMany(_count, _maxBytes)}");
            }

            int before = Pixels.Length;
            if (_memory.Take((long)ImageShapes.Color * before) is { } full)
            {
                return new("finds no memory", full);
            }

            AddChannels();
            _memory.Return(before);
        }

        _planes.AsSpan(0, Shape.Count).CopyTo(Pixels.AsSpan(_filled++ * Shape.Count));
        return null;
    }

    private static string TooMany(int count, int maxBytes) =>
        $"is one of {count}, which together have more than {maxBytes} bytes of pixels (Limits:DatasetBytes).";

    private void AddChannels()
    {
        int plane = Shape.Count;
        byte[] colored = new byte[ImageShapes.Color * Pixels.Length];
        for (int i = 0; i < _filled * ImageShapes.Color; i++)
        {
            Pixels.AsSpan(i / ImageShapes.Color * plane, plane).CopyTo(colored.AsSpan(i * plane));
        }

        (Pixels, Shape) = (colored, Shape with { Channels = ImageShapes.Color });
    }
}
