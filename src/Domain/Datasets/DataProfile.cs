using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>What the images of a data set stand on.</summary>
public enum Background
{
    /// <summary>Light ink on a dark ground, as in MNIST.</summary>
    Dark,

    /// <summary>Dark ink on a light ground.</summary>
    Light,

    /// <summary>Neither holds for most of the images.</summary>
    Mixed,
}

/// <summary>What a network's data look like, as far as an uploaded image must be made like them.</summary>
/// <param name="Background">Determined from the border pixels of the training images.</param>
/// <param name="Range">The smallest and the largest value of the training images, 0..1.</param>
public sealed record DataProfile(Background Background, double[] Range)
{
    private const int MostImages = 10_000;

    // Of the images: as many are of one kind, or the set is mixed.
    private const double Most = 0.8;

    /// <param name="train">Its first 10,000 images are looked at.</param>
    public static DataProfile Of(DatasetSplit train)
    {
        int count = Math.Min(train.Count, MostImages), light = 0;
        (byte low, byte high) = (byte.MaxValue, byte.MinValue);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> image = train.Image(i);
            light += BorderBackground.Of(image[..(train.Width * train.Height)], train.Width, train.Height) == Background.Light ? 1 : 0;
            foreach (byte value in image)
            {
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }
        }

        Background background = light >= Most * count ? Background.Light : light <= (1 - Most) * count ? Background.Dark : Background.Mixed;
        return new DataProfile(background, [low / 255.0, high / 255.0]);
    }
}
