namespace AutoencoderApi.Api.Images;

/// <summary>How large an uploaded image may be, and how much is decoded at a time.</summary>
public sealed record ImageLimits
{
    public int MaxSide { get; init; } = 16_384;

    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Of a PNG, which is decoded in full.</summary>
    public long MaxPngPixels { get; init; } = 36_000_000;

    public int DecodingsAtOnce { get; init; } = 2;

    /// <summary>Bytes that all decodings together may hold.</summary>
    public long DecodingBytes { get; init; } = 400_000_000;

    internal long PixelsOf(bool isPng) => isPng ? Math.Min(MaxPixels, MaxPngPixels) : MaxPixels;

    internal bool Allow(int width, int height, bool isPng) =>
        width <= MaxSide && height <= MaxSide && (long)width * height <= PixelsOf(isPng);
}
