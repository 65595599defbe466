using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Imaging;

/// <summary>An image to be shown: 1 byte (grey) or 3 (red, green, blue) a pixel, row by row.</summary>
public sealed class InterleavedImage
{
    private InterleavedImage(TensorShape shape, byte[] pixels) =>
        (Width, Height, Channels, Pixels) = (shape.Width, shape.Height, shape.Channels, pixels);

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Pixels { get; }

    /// <summary>From values in 0..1; what lies outside is clamped, and what is no number becomes 0.</summary>
    /// <param name="values">[channels, height, width]</param>
    public static InterleavedImage FromUnit(TensorShape shape, ReadOnlySpan<float> values)
    {
        byte[] planes = new byte[values.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = GrayLevel.FromUnit(values[i]);
        }

        return shape.Channels == 1 ? new InterleavedImage(shape, planes) : FromPlanes(shape, planes);
    }

    /// <param name="planes">[channels, height, width]</param>
    public static InterleavedImage FromPlanes(TensorShape shape, ReadOnlySpan<byte> planes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, shape.Count);
        byte[] pixels = new byte[planes.Length];
        int area = shape.Height * shape.Width;
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = planes[(i % shape.Channels * area) + (i / shape.Channels)];
        }

        return new InterleavedImage(shape, pixels);
    }
}
