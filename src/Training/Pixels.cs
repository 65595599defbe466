using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Training;

/// <summary>Bytes 0..255 to floats 0..1.</summary>
internal static class Pixels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void ToFloats(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        int i = 0;
        for (; i <= pixels.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<uint> wide = Vector512.WidenLower(
                Vector512.WidenLower(Vector128.Create(pixels.Slice(i, Vector128<byte>.Count)).ToVector256Unsafe().ToVector512Unsafe()));
            (Vector512.ConvertToSingle(wide.AsInt32()) / 255f).CopyTo(values[i..]);
        }

        for (; i < pixels.Length; i++)
        {
            values[i] = pixels[i] / 255f;
        }
    }

    /// <summary>
    /// Makes of a clean image the one that a network is given: with noise, in <paramref name="input"/>; without, the two are one
    /// array.
    /// </summary>
    /// <param name="number">Of the image under the seed.</param>
    public static void AddNoise(ReadOnlySpan<float> clean, Span<float> input, Noise? noise, int seed, long number)
    {
        if (noise is not null)
        {
            clean.CopyTo(input);
            noise.AddTo(input, seed, (ulong)number);
        }
    }

    /// <summary>All images of a set, one after the other.</summary>
    public static void ToFloats(DatasetSplit set, Span<float> values)
    {
        for (int i = 0; i < set.Count; i++)
        {
            ToFloats(set.Image(i), values[(i * set.PixelsPerImage)..]);
        }
    }
}
