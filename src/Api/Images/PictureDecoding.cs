using AutoencoderApi.Domain.Images;

namespace AutoencoderApi.Api.Images;

/// <summary>What came of decoding an uploaded picture.</summary>
public abstract record PictureDecoding
{
    private PictureDecoding()
    {
    }

    /// <param name="Planes">One of grey, or three of red, green and blue.</param>
    /// <param name="WasGray">Every pixel was opaque and grey, so that the one plane holds exactly what was sent.</param>
    public sealed record Decoded(IReadOnlyList<GrayPicture> Planes, bool WasGray) : PictureDecoding;

    /// <summary>Neither <c>image/png</c> nor <c>image/jpeg</c> by its first bytes.</summary>
    public sealed record UnsupportedType : PictureDecoding
    {
        public static readonly IReadOnlyList<string> Supported = ["image/png", "image/jpeg"];
    }

    /// <summary>The header names a size beyond the limits; nothing was decoded.</summary>
    public sealed record TooLarge(int Width, int Height, PictureLimits Limits) : PictureDecoding;

    public sealed record Damaged(string Reason) : PictureDecoding;
}
