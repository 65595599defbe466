namespace AutoencoderApi.Domain.Imaging;

/// <summary>Something that was done to an uploaded image.</summary>
public enum PreparationStep
{
    /// <summary>Nothing: its values are those that the network was given.</summary>
    AsIs,

    /// <summary>It was scaled to fit, on black.</summary>
    Resized,

    /// <summary>Dark ink on a light ground became light on dark, or the other way round where the network's data are so.</summary>
    Inverted,

    /// <summary>The digit's ink was taken off its ground, scaled into 20×20 and centred by its mass.</summary>
    Centred,

    /// <summary>Of several digits the largest was taken.</summary>
    Largest,
}

/// <summary>What was done to an image to make one that the network takes.</summary>
/// <param name="Steps">In their order.</param>
/// <param name="InkFraction">The fraction of the image that is the digit's ink; null where ink was not looked for.</param>
public sealed record Preparation(IReadOnlyList<PreparationStep> Steps, double? InkFraction = null)
{
    public static readonly Preparation AsIs = new([PreparationStep.AsIs]);
}
