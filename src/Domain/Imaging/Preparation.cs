namespace AutoencoderApi.Domain.Imaging;

/// <summary>A step in the preparation of an uploaded image.</summary>
public enum PreparationStep
{
    /// <summary>None: the network gets the values as they were sent.</summary>
    AsIs,

    /// <summary>Scaled to fit, on black.</summary>
    Resized,

    /// <summary>Dark ink on light ground made light on dark, or the reverse where the network's data are dark on light.</summary>
    Inverted,

    /// <summary>Ink of the digit separated from the ground, scaled into 20×20 and centred by its mass.</summary>
    Centred,

    /// <summary>Largest of several digits selected.</summary>
    Largest,
}

/// <summary>Preparation of an image for the network.</summary>
/// <param name="Steps">Preparation steps in order.</param>
/// <param name="InkFraction">Fraction of the image that is ink of the digit; null where no ink was searched for.</param>
public sealed record Preparation(IReadOnlyList<PreparationStep> Steps, double? InkFraction = null)
{
    public static readonly Preparation AsIs = new([PreparationStep.AsIs]);
}
