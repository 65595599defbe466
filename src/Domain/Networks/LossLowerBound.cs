using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Networks;

/// <summary>What a network's last layer can at best reach on given images, whatever comes before it.</summary>
public static class LossLowerBound
{
    /// <summary>Mean squared error per pixel, pixels 0..1.</summary>
    public static double Of(Architecture architecture, DatasetSplit set) =>
        Architectures.Of(architecture).BlockError is { } error ? MeanOverBlocks(set, error) : 0;

    private static double MeanOverBlocks(DatasetSplit set, Func<byte, byte, byte, byte, double> error)
    {
        double sum = 0;
        for (int i = 0; i < set.Count; i++)
        {
            ReadOnlySpan<byte> image = set.Image(i); // [C,H,W]
            for (int row = 0; row < image.Length / set.Width; row += 2)
            {
                ReadOnlySpan<byte> upper = image.Slice(row * set.Width, set.Width), lower = image.Slice((row + 1) * set.Width, set.Width);
                for (int column = 0; column < set.Width; column += 2)
                {
                    sum += error(upper[column], upper[column + 1], lower[column], lower[column + 1]);
                }
            }
        }

        return sum / (255.0 * 255.0 * set.Count * set.PixelsPerImage);
    }
}
