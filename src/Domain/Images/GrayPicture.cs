namespace AutoencoderApi.Domain.Images;

/// <summary>A grey picture, one byte a pixel, row by row. Whether 255 is ink or paper is for its maker to say.</summary>
public sealed class GrayPicture
{
    /// <param name="pixels">Height × width bytes, kept and not copied.</param>
    public GrayPicture(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, width * height);
        (Width, Height, Pixels) = (width, height, pixels);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    public GrayPicture Negative() => new(Width, Height, Array.ConvertAll(Pixels, level => (byte)(255 - level)));
}
