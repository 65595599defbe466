using System.Runtime.Intrinsics;

namespace AutoencoderApi.Training.Kernels;

/// <summary>Unpooling 2×2 that needs no memory of the pooling, from small [H, W] to large [2H, 2W], and its transpose.</summary>
internal static unsafe class Enlarging
{
    /// <summary>Each value at its block's top-left pixel; the other three are never written and stay zero.</summary>
    public static void ZeroFill(Map small, Map large) => EachPixel(small, large, static (pixel, block, _, channels) =>
        new ReadOnlySpan<float>(pixel, channels).CopyTo(new Span<float>(block, channels)));

    public static void ZeroFillTranspose(Map large, Map small) => EachPixel(small, large, static (pixel, block, _, channels) =>
        new ReadOnlySpan<float>(block, channels).CopyTo(new Span<float>(pixel, channels)));

    /// <summary>Each value repeated over its block.</summary>
    public static void Nearest(Map small, Map large) => EachPixel(small, large, static (pixel, block, rowStep, channels) =>
    {
        var value = new ReadOnlySpan<float>(pixel, channels);
        value.CopyTo(new Span<float>(block, channels));
        value.CopyTo(new Span<float>(block + channels, channels));
        value.CopyTo(new Span<float>(block + rowStep, channels));
        value.CopyTo(new Span<float>(block + rowStep + channels, channels));
    });

    public static void NearestTranspose(Map large, Map small) => EachPixel(small, large, static (pixel, block, rowStep, channels) =>
    {
        float* below = block + rowStep;
        int channel = 0;
        for (; channel <= channels - Tile.Lanes; channel += Tile.Lanes)
        {
            Vector512<float> upper = Vector512.Load(block + channel) + Vector512.Load(block + channels + channel);
            Vector512<float> lower = Vector512.Load(below + channel) + Vector512.Load(below + channels + channel);
            (upper + lower).Store(pixel + channel);
        }

        for (; channel < channels; channel++)
        {
            pixel[channel] = block[channel] + block[channels + channel] + below[channel] + below[channels + channel];
        }
    });

    private delegate void PixelAndBlock(float* pixel, float* block, nint rowStep, int channels);

    private static void EachPixel(Map small, Map large, PixelAndBlock action)
    {
        for (int row = 0; row < small.Height; row++)
        {
            float* pixel = small.Data + (row * small.RowStep), block = large.Data + (2 * row * large.RowStep);
            for (int column = 0; column < small.Width; column++, pixel += small.Channels, block += 2 * large.Channels)
            {
                action(pixel, block, large.RowStep, small.Channels);
            }
        }
    }
}
