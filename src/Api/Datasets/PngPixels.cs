using AutoencoderApi.Api.Images;
using SkiaSharp;

namespace AutoencoderApi.Api.Datasets;

/// <summary>The pixels of small PNGs as training wants them: plane by plane, nothing scaled or inverted, on black where they are transparent.</summary>
internal static class PngPixels
{
    /// <summary>Width and height from the header, or null where this is no PNG.</summary>
    public static (int Width, int Height)? Size(ReadOnlySpan<byte> png) => PictureType.PngSize(png);

    /// <param name="planes">3 × height × width bytes: red, green and blue, which are the same where the picture is grey.</param>
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
        if (!bitmap.TryAllocPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)) || codec.GetPixels(bitmap.Info, bitmap.GetPixels()) != SKCodecResult.Success)
        {
            return "is a damaged PNG: its pixels cannot be decoded.";
        }

        isGray = Separate(bitmap.GetPixelSpan(), bitmap.RowBytes, width, height, planes);
        return null;
    }

    private static bool Separate(ReadOnlySpan<byte> rgba, int rowBytes, int width, int height, Span<byte> planes)
    {
        int count = width * height, at = 0;
        bool isGray = true;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = rgba.Slice(y * rowBytes, 4 * width);
            for (int x = 0; x < width; x++, at++)
            {
                (int red, int green, int blue, int alpha) = (row[4 * x], row[4 * x + 1], row[4 * x + 2], row[4 * x + 3]);
                planes[at] = (byte)((red * alpha + 127) / 255);
                planes[count + at] = (byte)((green * alpha + 127) / 255);
                planes[2 * count + at] = (byte)((blue * alpha + 127) / 255);
                isGray &= red == green && green == blue;
            }
        }

        return isGray;
    }
}
