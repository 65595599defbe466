namespace AutoencoderApi.Domain.Datasets;

/// <summary>Grey pictures of one size with a label each, one byte a pixel (0 = background, 255 = ink), row by row.</summary>
public sealed class DigitSet
{
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ReadOnlyMemory<byte> _labels;

    /// <param name="pixels">Count × height × width bytes.</param>
    /// <param name="labels">Count bytes.</param>
    public DigitSet(int height, int width, ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, labels.Length * height * width);
        (Height, Width, _pixels, _labels) = (height, width, pixels, labels);
    }

    public int Height { get; }

    public int Width { get; }

    public int Count => _labels.Length;

    public int PixelsPerImage => Height * Width;

    public ReadOnlySpan<byte> Image(int index) => _pixels.Span.Slice(index * PixelsPerImage, PixelsPerImage);

    public byte Label(int index) => _labels.Span[index];

    /// <summary>A view of <paramref name="count"/> pictures from <paramref name="first"/> on; nothing is copied.</summary>
    public DigitSet Slice(int first, int count) => new(
        Height,
        Width,
        _pixels.Slice(first * PixelsPerImage, count * PixelsPerImage),
        _labels.Slice(first, count));
}
