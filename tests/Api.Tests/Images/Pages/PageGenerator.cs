using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Numerics;
using Rgb = (double R, double G, double B);

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>
/// Pages with a known digit on them. Each page is a function of the seed and its number alone (and of whether MNIST is at
/// hand).
/// </summary>
/// <param name="mnist">A third of the digits are taken from here; null: all are strokes of a pen.</param>
/// <param name="maxMegapixels">Sizes are log-uniform from 0.05 to this, as PNG to 36 at most.</param>
internal sealed class PageGenerator(ulong seed, DatasetSplit? mnist, double maxMegapixels)
{
    private const double MinMegapixels = 0.05;
    private const double LargeMegapixels = 12;
    private const double LargestPng = 36;

    private static readonly Rgb[] s_pens =
    [
        (28, 48, 140),
        (45, 80, 190),
        (190, 30, 40),
        (205, 70, 60),
        (20, 110, 50),
        (110, 40, 140),
        (90, 55, 30),
        (225, 110, 20),
        (225, 60, 140),
        (60, 150, 200),
    ];

    public Page Make(int number)
    {
        var random = SplitMix64.ForStream(seed, (ulong)number);
        string kind = PageKinds.All[number % PageKinds.All.Length];
        var digits = new PageDigits(mnist, kind);
        return kind switch
        {
            PageKinds.SmallDark or PageKinds.SmallLight or PageKinds.SmallPaper => SmallPage.Make(kind, mnist, ref random),
            PageKinds.Rgba or PageKinds.GrayAlpha or PageKinds.Palette or PageKinds.ColorKey => TransparentPage.Make(
                kind,
                digits.Place(Blank(kind, ref random), ref random),
                ref random),
            _ => OnPaper(kind, digits, ref random),
        };
    }

    private Page OnPaper(string kind, PageDigits digits, ref SplitMix64 random)
    {
        Sheet sheet = PageRuling.Rule(kind, digits.Place(Paper(kind, Blank(kind, ref random), ref random), ref random), ref random);
        sheet = PageLight.Shine(kind, sheet, ref random);
        byte[] pixels = sheet.Render(ref random);
        bool isJpeg = kind is PageKinds.Jpeg or PageKinds.Photo or PageKinds.ExifJpeg or PageKinds.Large
            || (kind is not PageKinds.Screenshot and not PageKinds.ExifPng && random.NextBelow(3) == 0);
        byte orientation = kind is PageKinds.ExifJpeg or PageKinds.ExifPng ? (byte)(2 + random.NextBelow(7)) : (byte)1;
        byte[] file = PageFile.Write(sheet.Width, sheet.Height, pixels, sheet.IsGray, isJpeg ? 60 + random.NextBelow(36) : 0, orientation);
        return new Page(kind, file, sheet.Digits.Count == 0 ? null : sheet.Digits[0].Digit.Strokes, sheet.Digits.Count);
    }

    private Sheet Blank(string kind, ref SplitMix64 random)
    {
        bool isJpeg = kind is PageKinds.Jpeg or PageKinds.Photo or PageKinds.ExifJpeg or PageKinds.Large;
        double most = isJpeg ? maxMegapixels : Math.Min(maxMegapixels, LargestPng);
        double megapixels = kind == PageKinds.Large && most > LargeMegapixels
            ? Between(LargeMegapixels, most, ref random)
            : MinMegapixels * Math.Exp(random.NextDouble() * Math.Log(most / MinMegapixels));
        double aspect = (new[] { 1, 4.0 / 3, Math.Sqrt(2), 16.0 / 9 })[random.NextBelow(4)];
        (int longer, int shorter) = ((int)Math.Sqrt(megapixels * 1e6 * aspect), (int)Math.Sqrt(megapixels * 1e6 / aspect));
        return random.NextBelow(2) == 0 ? new Sheet(shorter, longer) : new Sheet(longer, shorter);
    }

    private static Sheet Paper(string kind, Sheet sheet, ref SplitMix64 random)
    {
        double level = Between(150, 255, ref random), warmth = Between(0.88, 1, ref random), dark = Between(0, 0.4, ref random) * level;
        bool isGray = kind is not PageKinds.Pens and not PageKinds.Photo and not PageKinds.Large && random.NextBelow(2) == 0;
        sheet = sheet with
        {
            Paper = isGray ? (level, level, level) : (level, level * (1 + warmth) / 2, level * warmth),
            Ink = (dark, dark, dark),
            IsGray = isGray,
            Noise = Between(0.5, 6, ref random),
        };
        int pen = random.NextBelow(s_pens.Length);
        double board = Between(20, 70, ref random), chalk = Between(170, 245, ref random);
        return kind switch
        {
            PageKinds.Pens => sheet with { Ink = Lit(s_pens[pen], level) },
            PageKinds.Photo or PageKinds.Large when pen % 2 == 0 => sheet with { Ink = Lit(s_pens[pen / 2], level) },
            PageKinds.Chalk => sheet with
            {
                Paper = isGray ? (board, board, board) : (board * 0.6, board, board * 0.75),
                Ink = (chalk, chalk, chalk),
            },
            PageKinds.Screenshot when pen < 3 => sheet with { Paper = (pen * 15, pen * 15, pen * 15), Ink = (255, 255, 255), Noise = 0 },
            PageKinds.Screenshot => sheet with { Paper = pen < 8 ? (255, 255, 255) : (240, 242, 245), Ink = (0, 0, 0), Noise = 0 },
            _ => sheet,
        };
    }

    private static Rgb Lit(Rgb color, double level) => (color.R * level / 255, color.G * level / 255, color.B * level / 255);

    internal static double Between(double low, double high, ref SplitMix64 random) => low + ((high - low) * random.NextDouble());
}
