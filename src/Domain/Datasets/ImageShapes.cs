using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>The shapes that the images of a data set may have: every network halves both sides twice.</summary>
public static class ImageShapes
{
    public const int MinSide = 8;
    public const int MaxSide = 128;
    public const int SideStep = 4;
    public const int Gray = 1;
    public const int Color = 3;

    /// <summary>What is wrong with the shape, or null.</summary>
    public static string? Violation(TensorShape shape, int maxSide = MaxSide)
    {
        if (shape.Channels is not (Gray or Color))
        {
            return $"has {shape.Channels} channels; images have {Gray} (grey) or {Color} (red, green, blue).";
        }

        return IsSide(shape.Height, maxSide) && IsSide(shape.Width, maxSide)
            ? null
            : $"is {shape.Width}×{shape.Height}; both sides must be multiples of {SideStep} from {MinSide} to {maxSide} pixels.";
    }

    private static bool IsSide(int side, int maxSide) => side >= MinSide && side <= maxSide && side % SideStep == 0;
}
