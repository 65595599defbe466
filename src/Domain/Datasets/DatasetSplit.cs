using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>Images of one shape with a label each, one byte a value (0 = background, 255 = ink): channel by channel, row by row.</summary>
public sealed class DatasetSplit
{
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ReadOnlyMemory<byte> _labels;

    /// <param name="shape">Of each image.</param>
    /// <param name="pixels">Count × channels × height × width bytes.</param>
    /// <param name="labels">Count bytes.</param>
    public DatasetSplit(TensorShape shape, ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, labels.Length * shape.Count);
        (Shape, _pixels, _labels) = (shape, pixels, labels);
    }

    public TensorShape Shape { get; }

    public int Height => Shape.Height;

    public int Width => Shape.Width;

    public int Count => _labels.Length;

    public int PixelsPerImage => Shape.Count;

    public ReadOnlySpan<byte> Image(int index) => _pixels.Span.Slice(index * PixelsPerImage, PixelsPerImage);

    public byte Label(int index) => _labels.Span[index];

    public ReadOnlySpan<byte> Labels(int first, int count) => _labels.Span.Slice(first, count);

    /// <summary>A copy of the images of these labels, in their order.</summary>
    public DatasetSplit Where(int[] labels)
    {
        int[] chosen = [.. Enumerable.Range(0, Count).Where(i => labels.Contains(Label(i)))];
        byte[] pixels = new byte[chosen.Length * PixelsPerImage];
        for (int i = 0; i < chosen.Length; i++)
        {
            Image(chosen[i]).CopyTo(pixels.AsSpan(i * PixelsPerImage));
        }

        return new DatasetSplit(Shape, pixels, (byte[])[.. chosen.Select(Label)]);
    }

    /// <summary>A view of <paramref name="count"/> images from <paramref name="first"/> on; nothing is copied.</summary>
    public DatasetSplit Slice(int first, int count) => new(
        Shape,
        _pixels.Slice(first * PixelsPerImage, count * PixelsPerImage),
        _labels.Slice(first, count));
}
