namespace AutoencoderApi.Api.Images;

/// <summary>How large an uploaded picture may be, and how many are decoded at a time.</summary>
public sealed record PictureLimits
{
    public int MaxSide { get; init; } = 8192;

    public long MaxPixels { get; init; } = 24_000_000;

    /// <summary>Each decoding holds up to seven bytes a pixel.</summary>
    public int DecodingsAtOnce { get; init; } = 2;

    internal bool Allow(int width, int height) => width <= MaxSide && height <= MaxSide && (long)width * height <= MaxPixels;
}
