using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using SkiaSharp;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// The pixels of small PNGs as training wants them: plane by plane, nothing scaled or inverted; where they are transparent as
/// <see cref="Transparency.OnBlack"/> has it.
/// </summary>
internal static class PngPixels
{
    /// <param name="planes">3 × height × width bytes: red, green and blue, which are the same where the image is grey.</param>
    /// <param name="isGray">Whether every pixel is.</param>
    /// <returns>What is wrong with the file, or null.</returns>
    public static string? Decode(byte[] png, int width, int height, Span<byte> planes, out bool isGray)
    {
        isGray = true;
        using SKData data = SKData.CreateCopy(png);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null || codec.Info.Width != width || codec.Info.Height != height)
        {
            return "is a damaged PNG: its header cannot be read.";
        }

        // Without a colour space Skia converts no colours, so that the bytes come out as they were stored.
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul))
            || codec.GetPixels(bitmap.Info, bitmap.GetPixels()) != SKCodecResult.Success)
        {
            return "is a damaged PNG: its pixels cannot be decoded.";
        }

        var decoded = BitmapPlanes.Of(bitmap, ImageShapes.Color, factor: 1);
        IReadOnlyList<GrayImage> channels = decoded.Alpha is { } alpha ? Transparency.OnBlack(decoded.Channels, alpha) : decoded.Channels;
        foreach ((int channel, GrayImage plane) in channels.Index())
        {
            plane.Pixels.CopyTo(planes[(channel * width * height)..]);
        }

        isGray = decoded.IsGray || channels.All(plane => plane == channels[0]);
        return null;
    }
}
