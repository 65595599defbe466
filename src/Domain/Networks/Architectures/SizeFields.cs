namespace AutoencoderApi.Domain.Networks;

/// <summary>The fields of a job that size a network.</summary>
public static class SizeFields
{
    public const string Channels = "channels";
    public const string KernelSize = "kernelSize";
    public const string DenseWidths = "denseWidths";

    public static readonly IReadOnlyList<string> OfConvolutions = [Channels, KernelSize];

    public static readonly IReadOnlyList<string> OfLinearLayers = [DenseWidths];
}
