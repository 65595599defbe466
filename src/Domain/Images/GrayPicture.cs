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

    /// <summary>From values in 0..1; what lies outside is clamped, and what is no number becomes 0.</summary>
    public static GrayPicture FromUnit(int width, int height, ReadOnlySpan<float> values)
    {
        byte[] pixels = new byte[values.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = GrayLevel.FromUnit(values[i]);
        }

        return new GrayPicture(width, height, pixels);
    }
}
