namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>
/// A digit as ink on a page: which fraction of each pixel of its box has ink, and the strokes that a 28×28 image of it must
/// show.
/// </summary>
/// <param name="Width">Of the box that just holds the ink, in pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Ink">[Height, Width], 0..1.</param>
/// <param name="Strokes">The cells of the strokes in the frame of <see cref="PageCover"/>.</param>
internal sealed record PageDigit(int Width, int Height, float[] Ink, bool[] Strokes)
{
    private const byte Inked = 85;

    /// <summary>Pixels of ink.</summary>
    public double Area => Ink.Sum(value => (double)value);

    /// <summary>A digit in strokes of a round pen.</summary>
    /// <param name="strokes">Polylines in a box whose height is about 1.</param>
    /// <param name="pen">The pen's width in pixels.</param>
    public static PageDigit Pen((double X, double Y)[][] strokes, double height, double pen)
    {
        double left = strokes.Min(stroke => stroke.Min(point => point.X)), top = strokes.Min(stroke => stroke.Min(point => point.Y));
        double bottom = strokes.Max(stroke => stroke.Max(point => point.Y));
        double scale = Math.Max(1, height - pen) / (bottom - top), radius = pen / 2, margin = radius + 0.5;
        (double X, double Y)[][] placed =
        [
            .. strokes.Select(stroke =>
                stroke.Select(point => (((point.X - left) * scale) + margin, ((point.Y - top) * scale) + margin)).ToArray()),
        ];
        int width = (int)Math.Ceiling(placed.Max(stroke => stroke.Max(point => point.X)) + margin);
        int rows = (int)Math.Ceiling(placed.Max(stroke => stroke.Max(point => point.Y)) + margin);
        float[] ink = new float[width * rows];
        foreach ((double X, double Y)[] stroke in placed)
        {
            for (int i = 1; i < stroke.Length; i++)
            {
                Line(ink, width, stroke[i - 1], stroke[i], radius);
            }
        }

        return Cropped(width, rows, ink, placed);
    }

    /// <summary>
    /// An image of 28×28 scaled up: what lies above a third of full ink (above half, thin strokes break), with edges a pixel or
    /// two wide.
    /// </summary>
    public static PageDigit Image(ReadOnlySpan<byte> image, double height)
    {
        (int first, int last) = (28, 0);
        for (int i = 0; i < image.Length; i++)
        {
            (first, last) = image[i] > Inked ? (Math.Min(first, i / 28), i / 28) : (first, last);
        }

        double scale = height / (last - first + 1);
        int side = (int)Math.Ceiling(28 * scale);
        float[] ink = new float[side * side];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                double value = Between(image, ((x + 0.5) / scale) - 0.5, ((y + 0.5) / scale) - 0.5) / 255;
                ink[(y * side) + x] = (float)Math.Clamp(((value - (Inked / 255.0)) * Math.Max(1, scale)) + 0.5, 0, 1);
            }
        }

        return Cropped(side, side, ink, []);
    }

    private static double Between(ReadOnlySpan<byte> image, double x, double y)
    {
        (int left, int top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        (double right, double down) = (x - left, y - top);
        return ((1 - down) * (((1 - right) * At(image, left, top)) + (right * At(image, left + 1, top))))
            + (down * (((1 - right) * At(image, left, top + 1)) + (right * At(image, left + 1, top + 1))));
    }

    private static double At(ReadOnlySpan<byte> image, int x, int y) => x is >= 0 and < 28 && y is >= 0 and < 28 ? image[(y * 28) + x] : 0;

    private static void Line(float[] ink, int width, (double X, double Y) from, (double X, double Y) to, double radius)
    {
        double reach = radius + 0.5,
            dx = to.X - from.X,
            dy = to.Y - from.Y,
            squared = Math.Max((dx * dx) + (dy * dy), 1e-12);
        int left = Math.Max(0, (int)(Math.Min(from.X, to.X) - reach)),
            right = Math.Min(width - 1, (int)(Math.Max(from.X, to.X) + reach));
        int top = Math.Max(0, (int)(Math.Min(from.Y, to.Y) - reach)),
            bottom = Math.Min((ink.Length / width) - 1, (int)(Math.Max(from.Y, to.Y) + reach));
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                (double px, double py) = (x + 0.5 - from.X, y + 0.5 - from.Y);
                double along = Math.Clamp(((px * dx) + (py * dy)) / squared, 0, 1);
                double distance = double.Hypot(px - (along * dx), py - (along * dy));
                double cover = Math.Clamp(reach - distance, 0, Math.Min(1, 2 * radius));
                ink[(y * width) + x] = Math.Max(ink[(y * width) + x], (float)cover);
            }
        }
    }

    private static PageDigit Cropped(int width, int height, float[] ink, (double X, double Y)[][] strokes)
    {
        (int left, int right, int top, int bottom) = (width, -1, height, -1);
        for (int i = 0; i < ink.Length; i++)
        {
            if (ink[i] >= 0.2f)
            {
                (left, right) = (Math.Min(left, i % width), Math.Max(right, i % width));
                (top, bottom) = (Math.Min(top, i / width), Math.Max(bottom, i / width));
            }
        }

        (int boxWidth, int boxHeight) = (right - left + 1, bottom - top + 1);
        float[] box = new float[boxWidth * boxHeight];
        for (int y = 0; y < boxHeight; y++)
        {
            ink.AsSpan(((top + y) * width) + left, boxWidth).CopyTo(box.AsSpan(y * boxWidth));
        }

        bool[] frame = PageCover.Frame(
            boxWidth,
            boxHeight,
            box,
            strokes.SelectMany(stroke => stroke).Select(point => (point.X - left, point.Y - top)));
        return new PageDigit(boxWidth, boxHeight, box, frame);
    }
}
