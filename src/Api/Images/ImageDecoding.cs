using AutoencoderApi.Domain.Imaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Images;

/// <summary>What came of decoding an uploaded image.</summary>
internal abstract record ImageDecoding
{
    private ImageDecoding()
    {
    }

    /// <param name="Planes">One of grey, or three of red, green and blue; smaller than the image by a whole factor where its longer side is above <see cref="DigitPreparation.WorkingSide"/>.</param>
    /// <param name="WasGray">Every pixel was opaque and grey, so that the one plane holds exactly what was sent.</param>
    /// <param name="IsInk">The planes are the alpha of an image of which some is transparent: 0 = none, 255 = full ink.</param>
    /// <param name="Width">Of the image, turned upright.</param>
    public sealed record Decoded(IReadOnlyList<GrayImage> Planes, bool WasGray, bool IsInk, int Width, int Height) : ImageDecoding;

    /// <summary>Neither <c>image/png</c> nor <c>image/jpeg</c> by its first bytes.</summary>
    public sealed record UnsupportedType : ImageDecoding
    {
        public static readonly IReadOnlyList<string> Supported = ["image/png", "image/jpeg"];
    }

    /// <summary>The header names a size beyond the limits, or one that takes too much memory; nothing was decoded.</summary>
    public sealed record TooLarge(string Reason) : ImageDecoding;

    public sealed record Damaged(string Reason) : ImageDecoding;

    /// <summary>There is no memory for it now.</summary>
    public sealed record NoMemory(ProblemHttpResult Problem) : ImageDecoding;
}
