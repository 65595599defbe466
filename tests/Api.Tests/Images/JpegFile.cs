using System.Runtime.InteropServices;
using SkiaSharp;

namespace AutoencoderApi.Api.Tests.Images;

internal static class JpegFile
{
    // 16×16, from black at the left to white at the right in steps of 16; written by libvips.
    public static readonly byte[] Progressive = Convert.FromBase64String(
        "/9j/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsN" +
        "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAACAf/" +
        "xAAUAQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIQAxAAAAGPqoqqo//EABUQAQEAAAAAAAAAAAAAAAAAAAAG/9oACAEBAAEFAptNptNv/8QAFBEBAAAAAAAAAAAA" +
        "AAAAAAAAAP/aAAgBAwEBPwF//8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAgEBPwF//8QAFRABAQAAAAAAAAAAAAAAAAAAAAL/2gAIAQEABj8ClKUv/8QAFBAB" +
        "AAAAAAAAAAAAAAAAAAAAIP/aAAgBAQABPyEf/wD/2gAMAwEAAgADAAAAEFP/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQE/EH//xAAUEQEAAAAAAAAAAAAA" +
        "AAAAAAAA/9oACAECAQE/EH//xAAVEAEBAAAAAAAAAAAAAAAAAAAAwf/aAAgBAQABPxCCCCD/2Q==");

    // The same in four inks.
    public static readonly byte[] Cmyk = Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgA" +
        "EAAQBEMRAE0RAFkRAEsRAP/EABcAAAMBAAAAAAAAAAAAAAAAAAQHCQj/xAAmEAABAgQDCQAAAAAAAAAAAAAAAQIDMjVxBAUIBzRyc3SBsbLR/9oADgRDAE0AWQBL" +
        "AAA/AKELWYNmeXFRszlg8xB0aFKRm/Xt9Gk/9glfTj+DJZI2wabqbKlivWk/d8H2FstZg2Z5cBZnLB5iGFdClIzfr2+jSQuwSvpx/BkskbYNN1NlSxXrSfu+D7H/" +
        "2Q==");

    /// <summary>A JPEG whose left half is black and right half white, above a row of mid-grey blocks.</summary>
    public static byte[] Write(int width, int height, bool inColor = false)
    {
        byte[] pixels =
        [
            .. Enumerable
                .Range(0, width * height)
                .Select(i =>
                    (byte)(
                        i / width >= height / 2 ? 128
                        : i % width >= width / 2 ? 255
                        : 0)),
        ];
        GCHandle pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        using var gray = SKImage.FromPixelCopy(
            new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque),
            pin.AddrOfPinnedObject());
        pin.Free();
        using SKBitmap bitmap = SKBitmap.FromImage(gray);
        using SKBitmap colored = bitmap.Copy(inColor ? SKColorType.Rgba8888 : SKColorType.Gray8);
        using SKData jpeg = colored.Encode(SKEncodedImageFormat.Jpeg, 95);
        return jpeg.ToArray();
    }

    /// <summary>Puts an EXIF segment with nothing but the orientation after the first marker.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xff, 0xe1, 0, 34, .. "Exif\0\0"u8,
            .. "MM"u8, 0, 42, 0, 0, 0, 8,                      // big-endian TIFF, first directory at 8
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
            0, 0, 0, 0,                                        // no further directory
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }
}
