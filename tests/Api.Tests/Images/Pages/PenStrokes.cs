using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>Digits as strokes of a pen, written for this generator alone: polylines in a box whose height is 1.</summary>
internal static class PenStrokes
{
    private const int PointsPerSegment = 6;

    private static readonly (double X, double Y)[][][] s_digits =
    [
        [[(.5, 0), (.15, .2), (.08, .55), (.25, .92), (.5, 1), (.75, .88), (.85, .5), (.75, .15), (.5, 0)]],
        [[(.2, .22), (.42, 0), (.42, 1)]],
        [[(.1, .25), (.3, .03), (.6, .02), (.75, .25), (.6, .5), (.1, .97), (.45, .92), (.85, .97)]],
        [[(.15, .1), (.45, 0), (.75, .12), (.72, .35), (.4, .48), (.75, .58), (.82, .82), (.5, 1), (.12, .9)]],
        [[(.45, 0), (.3, .3), (.08, .62), (.5, .64), (.9, .6)], [(.66, .3), (.64, 1)]],
        [[(.8, .02), (.25, .04)], [(.25, .04), (.2, .42), (.5, .38), (.8, .6), (.72, .88), (.4, 1), (.08, .92)]],
        [[(.6, 0), (.35, .25), (.18, .65), (.3, .95), (.6, .98), (.75, .75), (.6, .58), (.3, .65)]],
        [[(.05, .05), (.4, .02), (.9, .05), (.65, .4), (.45, .75), (.38, 1)], [(.25, .5), (.75, .48)]],
        [[(.5, .48), (.2, .3), (.3, .05), (.6, .02), (.75, .22), (.5, .48), (.15, .75), (.35, 1), (.7, .95), (.78, .7), (.5, .48)]],
        [[(.75, .2), (.5, .02), (.2, .12), (.2, .38), (.5, .48), (.75, .2), (.72, .6), (.62, 1)]],
    ];

    /// <summary>A 4, 5 or 7 whose second stroke's centre line keeps a distance from the first one's.</summary>
    public static (double X, double Y)[][] InTwo(int digit, double apart) => digit switch
    {
        4 => [[(.45, 0), (.3, .3), (.08, .62), (.4, .64), (.6, .62)], [(.6 + apart, .3), (.6 + apart, 1)]],
        5 => [[(.8 + apart, .02), (.25 + apart, .04)], [(.25, .04), (.2, .42), (.5, .38), (.8, .6), (.72, .88), (.4, 1), (.08, .92)]],
        _ => [[(.05, .05), (.4, .02), (.85 - apart, .05)], [(.85, .07), (.65, .4), (.45, .75), (.38, 1)]],
    };

    public static (double X, double Y)[][] Of(int digit) => s_digits[digit];

    /// <summary>One hand's version of a digit: narrower or wider, slanted, each point a little off, curves smooth.</summary>
    public static (double X, double Y)[][] Write((double X, double Y)[][] digit, ref SplitMix64 random)
    {
        double width = 0.75 + (0.3 * random.NextDouble()), slant = 0.25 * (random.NextDouble() - 0.35);
        var strokes = new List<(double X, double Y)[]>();
        foreach ((double X, double Y)[] stroke in digit)
        {
            var points = new (double X, double Y)[stroke.Length];
            for (int i = 0; i < points.Length; i++)
            {
                double y = stroke[i].Y + (0.02 * random.NextNormal());
                points[i] = ((width * stroke[i].X) + (slant * (1 - y)) + (0.02 * random.NextNormal()), y);
            }

            strokes.Add(Smooth(points));
        }

        return [.. strokes];
    }

    /// <summary>The Catmull-Rom curve through the points, as a polyline.</summary>
    private static (double X, double Y)[] Smooth((double X, double Y)[] points)
    {
        var curve = new List<(double X, double Y)> { points[0] };
        for (int i = 0; i < points.Length - 1; i++)
        {
            (double X, double Y) a = points[Math.Max(i - 1, 0)],
                b = points[i],
                c = points[i + 1],
                d = points[Math.Min(i + 2, points.Length - 1)];
            for (int sample = 1; sample <= PointsPerSegment; sample++)
            {
                double t = (double)sample / PointsPerSegment;
                curve.Add((Spline(a.X, b.X, c.X, d.X, t), Spline(a.Y, b.Y, c.Y, d.Y, t)));
            }
        }

        return [.. curve];
    }

    private static double Spline(double a, double b, double c, double d, double t) =>
        b + (0.5 * t * (c - a + (t * ((2 * a) - (5 * b) + (4 * c) - d + (t * ((3 * (b - c)) + d - a))))));
}
