using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Datasets;
using SkiaSharp;

namespace AutoencoderApi.Api.Datasets;

/// <summary>The pixels of small PNGs as training wants them: plane by plane, nothing scaled or inverted, on black where they are transparent.</summary>
internal static class PngPixels
{
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

        int count = width * height;
        for (int channel = 0; channel < PictureShapes.Color; channel++)
        {
            ColorPlanes.Copy(bitmap, channel, planes.Slice(channel * count, count));
        }

        isGray = IsGray(bitmap.GetPixelSpan(), bitmap.RowBytes, width, height);
        return null;
    }

    private static bool IsGray(ReadOnlySpan<byte> rgba, int rowBytes, int width, int height)
    {
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = rgba.Slice(y * rowBytes, 4 * width);
            for (int x = 0; x < row.Length; x += 4)
            {
                if (row[x] != row[x + 1] || row[x + 1] != row[x + 2])
                {
                    return false;
                }
            }
        }

        return true;
    }
}
