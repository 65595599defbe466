namespace AutoencoderApi.Domain.Networks;

/// <summary>The fields of a job that size a network.</summary>
public static class SizeFields
{
    public const string Channels = "channels";
    public const string KernelSize = "kernelSize";
    public const string DenseWidths = "denseWidths";
    public const string CodeWidth = "codeWidth";

    public static readonly IReadOnlyList<string> OfConvolutions = [Channels, KernelSize];

    /// <summary>Of convolutions whose code may be a vector: no switches pass it by.</summary>
    public static readonly IReadOnlyList<string> WithCodeWidth = [.. OfConvolutions, CodeWidth];

    public static readonly IReadOnlyList<string> OfLinearLayers = [DenseWidths];
}
