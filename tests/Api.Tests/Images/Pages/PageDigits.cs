using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>Puts the digits of a kind of page on a sheet: how much ink, how large, where.</summary>
internal sealed class PageDigits(DatasetSplit? mnist, string kind)
{
    private const int Smallest = 24; // pixels of a digit's height
    private const double LengthOfPen = 2.6; // of a digit's strokes, in its heights
    private const double AreaOfImage = 0.24; // of an image's ink, in squares of its height

    public Sheet Place(Sheet sheet, ref SplitMix64 random)
    {
        while (kind != PageKinds.NoInk)
        {
            PageDigit digit = Draw(sheet, ref random);
            double ink = digit.Area / ((double)sheet.Width * sheet.Height);
            (double low, double high) = InkRange();
            if (digit.Height < Smallest || digit.Width > 0.9 * sheet.Width || digit.Height > 0.9 * sheet.Height || ink < low || ink > high)
            {
                continue;
            }

            if (kind != PageKinds.Several)
            {
                (int left, int top) = At(sheet, digit, ref random);
                return sheet with { Digits = [(digit, left, top)] };
            }

            if (WithSecond(sheet, digit, ref random) is { } several)
            {
                return several;
            }
        }

        return sheet;
    }

    private (double Low, double High) InkRange() => kind switch
    {
        PageKinds.Ink02 => (0.002, 0.006),
        PageKinds.Ink06 => (0.006, 0.01),
        PageKinds.Ink1 => (0.01, 0.02),
        PageKinds.Ink2 => (0.02, 0.05),
        PageKinds.Several => (0.002, 0.02),
        _ => (0.002, 0.05),
    };

    private PageDigit Draw(Sheet sheet, ref SplitMix64 random)
    {
        (double low, double high) = InkRange();
        double ink = low * Math.Exp(random.NextDouble() * Math.Log(high / low)) * sheet.Width * sheet.Height;
        if (kind != PageKinds.TwoStrokes && mnist is not null && random.NextBelow(3) == 0)
        {
            return PageDigit.Image(mnist.Image(random.NextBelow(mnist.Count)), Math.Sqrt(ink / AreaOfImage));
        }

        double width = 0.04 * Math.Exp(random.NextDouble() * Math.Log(4)); // of the pen, in the digit's heights
        double height = Math.Sqrt(ink / LengthOfPen / width);
        (double X, double Y)[][] digit = kind == PageKinds.TwoStrokes
            ? PenStrokes.InTwo((new[] { 4, 5, 7 })[random.NextBelow(3)], width + PageGenerator.Between(0.02, 0.1, ref random))
            : PenStrokes.Of(random.NextBelow(10));
        return PageDigit.Pen(PenStrokes.Write(digit, ref random), height, Math.Max(1, width * height));
    }

    private (int Left, int Top) At(Sheet sheet, PageDigit digit, ref SplitMix64 random)
    {
        (int right, int bottom) = (sheet.Width - digit.Width, sheet.Height - digit.Height);
        int margin = kind is PageKinds.Corner or PageKinds.Border
            ? 0
            : Math.Min(Math.Min(right, bottom) / 2, 3 + (Math.Max(sheet.Width, sheet.Height) / 40));
        (int left, int top) = (margin + random.NextBelow(right + 1 - (2 * margin)), margin + random.NextBelow(bottom + 1 - (2 * margin)));
        int near = 1 + (int)(PageGenerator.Between(0.004, 0.03, ref random) * Math.Max(sheet.Width, sheet.Height));
        return (kind, random.NextBelow(4)) switch
        {
            (PageKinds.Corner, var corner) => (
                corner % 2 == 0 ? Math.Min(near, right) : Math.Max(0, right - near),
                corner < 2 ? Math.Min(near, bottom) : Math.Max(0, bottom - near)),
            (PageKinds.Border, 0) => (0, top),
            (PageKinds.Border, 1) => (right, top),
            (PageKinds.Border, 2) => (left, 0),
            (PageKinds.Border, _) => (left, bottom),
            _ => (left, top),
        };
    }

    /// <summary>A smaller digit to the right of the first; null where there is no room.</summary>
    private static Sheet? WithSecond(Sheet sheet, PageDigit first, ref SplitMix64 random)
    {
        double height = first.Height * PageGenerator.Between(0.4, 0.9, ref random);
        double pen = Math.Max(1, first.Height * PageGenerator.Between(0.05, 0.1, ref random));
        PageDigit second = PageDigit.Pen(PenStrokes.Write(PenStrokes.Of(random.NextBelow(10)), ref random), height, pen);
        int gap = (int)Math.Ceiling(first.Height * PageGenerator.Between(0.2, 0.8, ref random)), width = first.Width + gap + second.Width;
        if (width > 0.95 * sheet.Width || second.Height > first.Height)
        {
            return null;
        }

        (int left, int top) = (random.NextBelow(sheet.Width - width), random.NextBelow(sheet.Height - first.Height));
        return sheet with
        {
            Digits = [(first, left, top), (second, left + first.Width + gap, top + random.NextBelow(first.Height - second.Height + 1))],
        };
    }
}
