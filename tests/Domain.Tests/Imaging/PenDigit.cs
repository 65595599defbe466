using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Tests.Imaging;

/// <summary>A hand-drawn 2 as a line, and images of it.</summary>
internal static class PenDigit
{
    private static readonly (double X, double Y)[] Line =
        [(0.1, 0.25), (0.3, 0.05), (0.6, 0.05), (0.75, 0.25), (0.6, 0.5), (0.1, 0.95), (0.4, 0.9), (0.85, 0.95)];

    /// <summary>White on black, nothing but the digit.</summary>
    public static GrayImage Clean(int side) => Draw(side, side, (x, y) => 255 * InkAt(x, y, side / 4.0, side / 4.0, side / 2.0));

    /// <summary>Dark pen on paper that is lit from one corner, under a camera's noise.</summary>
    public static GrayImage Photo(int width, int height, bool withDigit, double darkest = 0.4)
    {
        var random = new SplitMix64(5);
        return Draw(width, height, (x, y) =>
        {
            double light = 1 - (1 - darkest) * (x / width + y / height) / 2;
            double ink = withDigit ? InkAt(x, y, width / 3.0, height / 4.0, height / 2.0) : 0;
            return 220 * light * (1 - 0.7 * ink) + 5 * random.NextNormal();
        });
    }

    public static double Correlation(GrayImage one, GrayImage other)
    {
        double meanOne = one.Pixels.Average(value => value);
        double meanOther = other.Pixels.Average(value => value);
        (double both, double squareOne, double squareOther) = (0, 0, 0);
        for (int i = 0; i < one.Pixels.Length; i++)
        {
            (double a, double b) = (one.Pixels[i] - meanOne, other.Pixels[i] - meanOther);
            (both, squareOne, squareOther) = (both + a * b, squareOne + a * a, squareOther + b * b);
        }

        return both / Math.Sqrt(squareOne * squareOther);
    }

    private static GrayImage Draw(int width, int height, Func<double, double, double> level)
    {
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(level(i % width, i / width), 0, 255);
        }

        return new GrayImage(width, height, pixels);
    }

    /// <summary>1 within the stroke, 0 outside, and a soft edge between.</summary>
    private static double InkAt(double x, double y, double left, double top, double size)
    {
        (double u, double v) = ((x - left) / size, (y - top) / size);
        if (u is < -0.2 or > 1.2 || v is < -0.2 or > 1.2)
        {
            return 0;
        }

        double nearest = Line.Zip(Line.Skip(1), (from, to) => Distance(u, v, from, to)).Min();
        return Math.Clamp((0.06 - nearest) / 0.02 + 0.5, 0, 1);
    }

    private static double Distance(double x, double y, (double X, double Y) from, (double X, double Y) to)
    {
        (double dx, double dy) = (to.X - from.X, to.Y - from.Y);
        double along = Math.Clamp(((x - from.X) * dx + (y - from.Y) * dy) / (dx * dx + dy * dy), 0, 1);
        return Math.Sqrt(Math.Pow(x - from.X - along * dx, 2) + Math.Pow(y - from.Y - along * dy, 2));
    }
}
