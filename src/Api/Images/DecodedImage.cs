using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Api.Images;

/// <summary>An uploaded image in planes of bytes.</summary>
/// <param name="Planes">One of grey, or three of red, green and blue; smaller than the image by a whole factor where its longer side is
/// above <see cref="DigitPreparation.WorkingSide"/>.</param>
/// <param name="WasGray">Every pixel was opaque and grey, so that the one plane holds exactly what was sent.</param>
/// <param name="IsInk">The planes are the alpha of an image of which some is transparent: 0 = none, 255 = full ink.</param>
/// <param name="Width">Of the image, turned upright.</param>
internal sealed record DecodedImage(IReadOnlyList<GrayImage> Planes, bool WasGray, bool IsInk, int Width, int Height);
