using System.Runtime.InteropServices;
using SkiaSharp;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>Pixels as PNG or JPEG files.</summary>
internal static class PageFile
{
    /// <param name="rgb">[height, width, 3]; of a grey page all three are the same.</param>
    /// <param name="quality">Of a JPEG; 0 for a PNG.</param>
    /// <param name="orientation">As EXIF has it; the pixels are stored turned so that it turns them back.</param>
    public static byte[] Write(int width, int height, byte[] rgb, bool isGray, int quality, byte orientation)
    {
        if (orientation > 1)
        {
            (width, height, rgb) = Turned(width, height, rgb, orientation);
        }

        byte[] gray = isGray ? [.. Enumerable.Range(0, width * height).Select(i => rgb[3 * i])] : [];
        if (quality == 0)
        {
            byte[]? exif = orientation > 1 ? PngFile.Exif(orientation, isLittleEndian: orientation % 2 == 0) : null;
            return PngFile.Write(
                width,
                height,
                8,
                isGray ? PngFile.Gray : PngFile.Color,
                isGray ? gray : rgb,
                exif: exif,
                isExifLast: orientation > 5);
        }

        byte[] jpeg = isGray
            ? Jpeg(width, height, gray, SKColorType.Gray8, quality)
            : Jpeg(width, height, WithAlpha(rgb), SKColorType.Rgba8888, quality);
        return orientation > 1 ? JpegFile.WithOrientation(jpeg, orientation) : jpeg;
    }

    private static byte[] Jpeg(int width, int height, byte[] pixels, SKColorType type, int quality)
    {
        GCHandle pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            using var pixmap = new SKPixmap(new SKImageInfo(width, height, type, SKAlphaType.Opaque), pin.AddrOfPinnedObject());
            using SKData data = pixmap.Encode(SKEncodedImageFormat.Jpeg, quality)!;
            return data.ToArray();
        }
        finally
        {
            pin.Free();
        }
    }

    private static byte[] WithAlpha(byte[] rgb)
    {
        byte[] rgba = new byte[rgb.Length / 3 * 4];
        for (int i = 0; i < rgba.Length / 4; i++)
        {
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2], rgba[(4 * i) + 3]) = (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2], 255);
        }

        return rgba;
    }

    /// <summary>The page as a camera that was held so would have stored it (TIFF 6.0, tag 274).</summary>
    private static (int Width, int Height, byte[] Rgb) Turned(int width, int height, byte[] rgb, byte orientation)
    {
        (int storedWidth, int storedHeight) = orientation >= 5 ? (height, width) : (width, height);
        byte[] stored = new byte[rgb.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int row, int column) = orientation switch
                {
                    2 => (y, width - 1 - x),
                    3 => (height - 1 - y, width - 1 - x),
                    4 => (height - 1 - y, x),
                    5 => (x, y),
                    6 => (width - 1 - x, y),
                    7 => (width - 1 - x, height - 1 - y),
                    _ => (x, height - 1 - y),
                };
                rgb.AsSpan(((y * width) + x) * 3, 3).CopyTo(stored.AsSpan(((row * storedWidth) + column) * 3));
            }
        }

        return (storedWidth, storedHeight, stored);
    }
}
