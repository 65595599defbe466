using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Training;

/// <summary>Bytes 0..255 to floats 0..1.</summary>
internal static class Pixels
{
    private static readonly float[] s_values = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    public static void ToFloats(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            values[i] = s_values[pixels[i]];
        }
    }

    /// <summary>All pictures of a set, one after the other.</summary>
    public static void ToFloats(DigitSet set, Span<float> values)
    {
        for (int i = 0; i < set.Count; i++)
        {
            ToFloats(set.Image(i), values[(i * set.PixelsPerImage)..]);
        }
    }
}
