namespace AutoencoderApi.Domain.Imaging;

/// <summary>A grey image, one byte a pixel, row by row. Whether 255 is ink or paper is for its maker to say.</summary>
public sealed class GrayImage
{
    /// <param name="pixels">Height × width bytes, kept and not copied.</param>
    public GrayImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, width * height);
        (Width, Height, Pixels) = (width, height, pixels);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    public GrayImage Negative() => new(Width, Height, Array.ConvertAll(Pixels, level => (byte)(255 - level)));
}
