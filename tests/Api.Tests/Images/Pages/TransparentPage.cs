using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>Ink of one colour on nothing, in each of the forms in which a PNG can say that a pixel is transparent.</summary>
internal static class TransparentPage
{
    private const int Shades = 16; // of a palette

    private static readonly byte[][] s_colors =
    [
        [0, 0, 0],
        [0, 0, 0],
        [30, 50, 160],
        [200, 30, 40],
        [20, 120, 60],
        [255, 255, 255],
        [90, 90, 90],
    ];

    public static Page Make(string kind, Sheet sheet, ref SplitMix64 random)
    {
        byte[] alpha = sheet.RenderInk(), color = s_colors[random.NextBelow(s_colors.Length)];
        bool isWhiteBehind = random.NextBelow(2) == 0; // what the transparent pixels hide
        byte[] file = kind switch
        {
            PageKinds.Rgba => Png(
                PngFile.ColorAlpha,
                [.. alpha.SelectMany(a => a == 0 && isWhiteBehind ? [255, 255, 255, 0] : (byte[])[.. color, a])]),
            PageKinds.GrayAlpha => Png(
                PngFile.GrayAlpha,
                [.. alpha.SelectMany(a => new[] { a == 0 && isWhiteBehind ? (byte)255 : color[0], a })]),
            PageKinds.Palette => PngFile.Write(
                sheet.Width,
                sheet.Height,
                8,
                PngFile.Palette,
                [.. alpha.Select(a => (byte)(a * (Shades - 1) / 255))],
                [.. Enumerable.Range(0, Shades).SelectMany(_ => color)],
                [.. Enumerable.Range(0, Shades).Select(shade => (byte)(shade * 255 / (Shades - 1)))]),
            _ when random.NextBelow(2) == 0 => PngFile.Write(
                sheet.Width,
                sheet.Height,
                8,
                PngFile.Gray,
                [.. alpha.Select(a => Blend(a, color[0], Ground(color[0])))],
                null,
                [0, Ground(color[0])]),
            _ => PngFile.Write(
                sheet.Width,
                sheet.Height,
                8,
                PngFile.Color,
                [.. alpha.SelectMany(a => color.Select(channel => Blend(a, channel, Ground(color[0]))))],
                null,
                [0, Ground(color[0]), 0, Ground(color[0]), 0, Ground(color[0])]),
        };
        return new Page(kind, file, sheet.Digits[0].Digit.Strokes, Digits: 1);

        byte[] Png(byte type, byte[] samples) => PngFile.Write(sheet.Width, sheet.Height, 8, type, samples);
    }

    /// <summary>The colour that stands for nothing.</summary>
    private static byte Ground(byte ink) => ink > 127 ? (byte)0 : (byte)255;

    /// <summary>Where a colour is the key, the edges of the ink are of mixed colours and opaque.</summary>
    private static byte Blend(byte alpha, byte ink, byte ground) => (byte)(ground + ((ink - ground) * alpha / 255));
}
