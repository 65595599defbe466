using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>The light on a sheet whose digits are in their place.</summary>
internal static class PageLight
{
    public static Sheet Shine(string kind, Sheet sheet, ref SplitMix64 random)
    {
        bool mayHave = kind is PageKinds.Photo or PageKinds.Large or PageKinds.NoInk;
        int choice = random.NextBelow(4);
        sheet =
            kind == PageKinds.Vignette || (mayHave && choice == 0)
                ? sheet with
                {
                    Vignette = PageGenerator.Between(0.2, 0.6, ref random),
                }
                : sheet;
        sheet = kind == PageKinds.Lamp || (mayHave && choice == 1) ? sheet with { Lamp = Lamp(ref random) } : sheet;
        string shadow = !mayHave
            ? kind
            : random.NextBelow(6) switch
            {
                0 => PageKinds.ShadowBeside,
                1 => PageKinds.ShadowOver,
                2 => PageKinds.ShadowEdge,
                _ => "",
            };
        return shadow is PageKinds.ShadowBeside or PageKinds.ShadowOver or PageKinds.ShadowEdge
            ? sheet with
            {
                Shadows = [Shadow(shadow, sheet, ref random)],
            }
            : sheet;
    }

    private static Lamp Lamp(ref SplitMix64 random) =>
        new(
            PageGenerator.Between(-0.5, 0.5, ref random),
            PageGenerator.Between(-0.5, 0.5, ref random),
            PageGenerator.Between(0.3, 1, ref random),
            PageGenerator.Between(0.3, 0.7, ref random));

    /// <summary>Of a hand, a head, a shelf: half of the sheet, a strip, or an ellipse.</summary>
    private static Shadow Shadow(string kind, Sheet sheet, ref SplitMix64 random)
    {
        double side = Math.Max(sheet.Width, sheet.Height), angle = random.NextDouble() * 2 * Math.PI;
        (double cosine, double sine) = (Math.Cos(angle), Math.Sin(angle));
        (double x, double y, double width, double height) = (0, 0, 0.2, 0.2); // of the digit
        if (sheet.Digits.Count > 0)
        {
            (PageDigit digit, int left, int top) = sheet.Digits[0];
            (width, height) = (digit.Width / side, digit.Height / side);
            (x, y) = (((left - (sheet.Width / 2.0)) / side) + (width / 2), ((top - (sheet.Height / 2.0)) / side) + (height / 2));
        }

        double along = ((width * Math.Abs(cosine)) + (height * Math.Abs(sine))) / 2,
            across = ((width * Math.Abs(sine)) + (height * Math.Abs(cosine))) / 2;
        double light = PageGenerator.Between(0.4, 0.8, ref random),
            soft = random.NextBelow(3) == 0 ? 0 : PageGenerator.Between(0, 0.08, ref random);
        double away = (soft / 2) + PageGenerator.Between(0.005, 0.1, ref random);
        bool isEllipse = random.NextBelow(2) == 0;
        double half = kind == PageKinds.ShadowOver
            ? ((isEllipse ? double.Hypot(along, across) : along) + away) * PageGenerator.Between(1, 1.5, ref random)
            : PageGenerator.Between(0.04, 0.3, ref random) + (soft / 2);
        half = !isEllipse && random.NextBelow(3) == 0 ? 5 : half;
        double shift = kind switch
        {
            PageKinds.ShadowBeside => half + along + away,
            PageKinds.ShadowOver => half - along - away,
            _ => half + (along * PageGenerator.Between(-0.6, 0.6, ref random)),
        };
        shift *= isEllipse && kind == PageKinds.ShadowOver ? 0 : 1;
        double other = isEllipse ? half * PageGenerator.Between(1, 2, ref random) : double.PositiveInfinity;
        return new Shadow(angle, x + (shift * cosine), y + (shift * sine), half, other, light, soft);
    }
}
