using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>
/// A sheet of paper (or a board) under light, with ruling and ink, as a camera sees it. Lengths are fractions of the longer
/// side.
/// </summary>
internal sealed record Sheet(int Width, int Height)
{
    private static readonly float[] s_noise = Normals();

    /// <summary>Red, green and blue of the ground, 0..255.</summary>
    public (double R, double G, double B) Paper { get; init; } = (255, 255, 255);

    public (double R, double G, double B) Ink { get; init; } = (0, 0, 0);

    /// <summary>Standard deviation of a pixel's noise, in levels.</summary>
    public double Noise { get; init; }

    /// <summary>What the corners lack of the middle's light, 0..1.</summary>
    public double Vignette { get; init; }

    /// <summary>Whether the camera sees grey, so that the three channels share their noise.</summary>
    public bool IsGray { get; init; }

    public Lamp? Lamp { get; init; }

    public IReadOnlyList<Shadow> Shadows { get; init; } = [];

    public IReadOnlyList<Ruling> Rulings { get; init; } = [];

    public IReadOnlyList<(PageDigit Digit, int Left, int Top)> Digits { get; init; } = [];

    /// <summary>The sheet as red, green and blue bytes.</summary>
    public byte[] Render(ref SplitMix64 random)
    {
        byte[] pixels = new byte[Width * Height * 3];
        double side = Math.Max(Width, Height);
        float[] ink = new float[Width];
        for (int y = 0; y < Height; y++)
        {
            Array.Clear(ink);
            AddInk(ink, y);
            int noise = random.NextBelow(s_noise.Length);
            for (int x = 0; x < Width; x++)
            {
                (double u, double v) = ((x + 0.5 - (Width / 2.0)) / side, (y + 0.5 - (Height / 2.0)) / side);
                double light = 1 - (Vignette * 2 * ((u * u) + (v * v)));
                light *= Lamp?.At(u, v) ?? 1;
                foreach (Shadow shadow in Shadows)
                {
                    light *= shadow.At(u, v);
                }

                (double r, double g, double b) = Paper;
                foreach (Ruling ruling in Rulings)
                {
                    double line = ruling.At(x, y);
                    (r, g, b) = (r * (1 - (line * ruling.Red)), g * (1 - (line * ruling.Green)), b * (1 - (line * ruling.Blue)));
                }

                double cover = ink[x];
                int at = ((y * Width) + x) * 3;
                if (IsGray)
                {
                    double gray =
                        (0.299 * (r + ((Ink.R - r) * cover)))
                        + (0.587 * (g + ((Ink.G - g) * cover)))
                        + (0.114 * (b + ((Ink.B - b) * cover)));
                    pixels[at] = pixels[at + 1] = pixels[at + 2] = Level(light * gray, noise + x);
                    continue;
                }

                pixels[at] = Level(light * (r + ((Ink.R - r) * cover)), noise + (3 * x));
                pixels[at + 1] = Level(light * (g + ((Ink.G - g) * cover)), noise + (3 * x) + 1);
                pixels[at + 2] = Level(light * (b + ((Ink.B - b) * cover)), noise + (3 * x) + 2);
            }
        }

        return pixels;
    }

    /// <summary>The ink alone, 0..255.</summary>
    public byte[] RenderInk()
    {
        byte[] pixels = new byte[Width * Height];
        float[] ink = new float[Width];
        for (int y = 0; y < Height; y++)
        {
            Array.Clear(ink);
            AddInk(ink, y);
            for (int x = 0; x < Width; x++)
            {
                pixels[(y * Width) + x] = (byte)Math.Round(255 * ink[x]);
            }
        }

        return pixels;
    }

    private static float[] Normals()
    {
        var random = new SplitMix64(77);
        float[] normals = new float[1 << 18];
        for (int i = 0; i < normals.Length; i++)
        {
            normals[i] = (float)random.NextNormal();
        }

        return normals;
    }

    private void AddInk(float[] row, int y)
    {
        foreach ((PageDigit digit, int left, int top) in Digits)
        {
            if (y < top || y >= top + digit.Height)
            {
                continue;
            }

            for (int x = 0; x < digit.Width; x++)
            {
                row[left + x] = Math.Max(row[left + x], digit.Ink[((y - top) * digit.Width) + x]);
            }
        }
    }

    private byte Level(double value, int noise) =>
        (byte)Math.Clamp(Math.Round(value + (Noise == 0 ? 0 : Noise * s_noise[noise % s_noise.Length])), 0, 255);
}

/// <summary>A lamp near the paper: full light in its middle, at one radius half of what it adds.</summary>
internal sealed record Lamp(double X, double Y, double Radius, double Strength)
{
    public double At(double u, double v)
    {
        double squared = (((u - X) * (u - X)) + ((v - Y) * (v - Y))) / (Radius * Radius);
        return 1 - Strength + (Strength / (1 + squared));
    }
}

/// <summary>A shadow with an edge that is straight or an ellipse.</summary>
/// <param name="Angle">Of the straight edge's normal, or of the ellipse's first axis.</param>
/// <param name="X">Middle of the shadow, counted from the middle of the sheet.</param>
/// <param name="Along">Half of the shadow's length along the axis; a large one is half of a plane.</param>
/// <param name="Across">Half of the length across; infinite for a strip.</param>
/// <param name="Light">What is left of the light, 0..1.</param>
/// <param name="Soft">Width of the edge.</param>
internal sealed record Shadow(double Angle, double X, double Y, double Along, double Across, double Light, double Soft)
{
    private readonly double _cosine = Math.Cos(Angle);
    private readonly double _sine = Math.Sin(Angle);

    public double At(double u, double v)
    {
        double along = ((u - X) * _cosine) + ((v - Y) * _sine),
            across = ((v - Y) * _cosine) - ((u - X) * _sine);
        double inside = double.IsInfinity(Across)
            ? Along - Math.Abs(along)
            : (1 - double.Hypot(along / Along, across / Across)) * Math.Min(Along, Across);
        double t = Math.Clamp((inside / Math.Max(Soft, 1e-6)) + 0.5, 0, 1);
        return 1 - ((1 - Light) * t * t * (3 - (2 * t)));
    }
}

/// <summary>Parallel lines; lengths in pixels.</summary>
/// <param name="IsUpright">Vertical in place of horizontal.</param>
/// <param name="Slope">Pixels that a line moves for each pixel of its length.</param>
/// <param name="Red">What a line takes of the paper's red, 0..1; so of green and blue.</param>
internal sealed record Ruling(
    bool IsUpright,
    double Spacing,
    double Width,
    double Offset,
    double Slope,
    double Red,
    double Green,
    double Blue)
{
    /// <summary>The fraction of a pixel that a line covers.</summary>
    public double At(int x, int y)
    {
        double across = (IsUpright ? x + (Slope * y) : y + (Slope * x)) + 0.5 - Offset;
        double distance = Math.Abs(across - (Math.Round(across / Spacing) * Spacing));
        return Math.Clamp((Width / 2) + 0.5 - distance, 0, Math.Min(1, Width));
    }
}
