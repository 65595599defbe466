using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>Ruled and squared paper.</summary>
internal static class PageRuling
{
    public static Sheet Rule(string kind, Sheet sheet, ref SplitMix64 random)
    {
        bool mayHave = kind is PageKinds.Photo or PageKinds.Large or PageKinds.NoInk;
        int choice = random.NextBelow(5);
        bool hasLines = kind is PageKinds.PaleLines or PageKinds.StrongLines || (mayHave && choice is 0 or 1);
        bool hasSquares = kind is PageKinds.PaleSquares or PageKinds.StrongSquares || (mayHave && choice == 2);
        bool isStrong = kind is PageKinds.StrongLines or PageKinds.StrongSquares || (mayHave && random.NextBelow(2) == 0);
        if (!hasLines && !hasSquares)
        {
            return sheet;
        }

        double side = Math.Max(sheet.Width, sheet.Height), spacing = side / PageGenerator.Between(10, 45, ref random);
        double width = Math.Max(1, Math.Min(spacing / 6, side * PageGenerator.Between(0.0012, 0.005, ref random)));
        double taken = isStrong ? PageGenerator.Between(0.25, 0.5, ref random) : PageGenerator.Between(0.06, 0.2, ref random);
        double slope = random.NextBelow(2) == 0 ? 0 : PageGenerator.Between(-0.02, 0.02, ref random);
        (double red, double green, double blue) =
            random.NextBelow(2) == 0 ? (taken, taken, taken) : (taken * 1.4, taken * 0.9, taken * 0.5);
        var lines = new Ruling(IsUpright: false, spacing, width, random.NextDouble() * spacing, slope, red, green, blue);
        Ruling upright = lines with { IsUpright = true, Slope = -slope, Offset = random.NextDouble() * spacing };
        if (hasSquares)
        {
            return sheet with { Rulings = [lines, upright] };
        }

        Ruling margin = upright with { Spacing = 1e9, Offset = 0.15 * sheet.Width, Red = 0.1, Green = taken, Blue = taken };
        return sheet with { Rulings = random.NextBelow(3) == 0 ? [lines, margin] : [lines] };
    }
}
