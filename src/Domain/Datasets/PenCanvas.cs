namespace AutoencoderApi.Domain.Datasets;

/// <summary>A 28×28 sheet for strokes of a round pen with soft edges.</summary>
internal readonly ref struct PenCanvas(Span<byte> pixels)
{
    public const int Side = 28;

    private readonly Span<byte> _pixels = pixels;

    /// <summary>Inks every pixel by how far its centre lies within the line; where lines cross, the darker counts.</summary>
    public void Line(PenPoint from, PenPoint to, double radius)
    {
        double reach = radius + 0.5;
        int left = First(from.X, to.X, reach), right = Last(from.X, to.X, reach);
        int top = First(from.Y, to.Y, reach), bottom = Last(from.Y, to.Y, reach);
        double dx = to.X - from.X, dy = to.Y - from.Y, lengthSquared = Math.Max((dx * dx) + (dy * dy), 1e-12);
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                double px = x + 0.5 - from.X, py = y + 0.5 - from.Y;
                double along = Math.Clamp(((px * dx) + (py * dy)) / lengthSquared, 0, 1);
                double ox = px - (along * dx), oy = py - (along * dy);
                double ink = Math.Clamp(reach - Math.Sqrt((ox * ox) + (oy * oy)), 0, 1);
                ref byte pixel = ref _pixels[(y * Side) + x];
                pixel = Math.Max(pixel, (byte)Math.Round(255 * ink));
            }
        }
    }

    /// <summary>Moves the ink by whole pixels so that its centre of mass lies at the sheet's centre, as MNIST has it.</summary>
    public void Centre()
    {
        double sum = 0, sumX = 0, sumY = 0;
        for (int i = 0; i < _pixels.Length; i++)
        {
            sum += _pixels[i];
            sumX += _pixels[i] * ((i % Side) + 0.5);
            sumY += _pixels[i] * ((i / Side) + 0.5);
        }

        int dx = (int)Math.Round((Side / 2.0) - (sumX / sum)), dy = (int)Math.Round((Side / 2.0) - (sumY / sum));
        Span<byte> moved = stackalloc byte[Side * Side];
        for (int y = Math.Max(0, -dy); y < Math.Min(Side, Side - dy); y++)
        {
            for (int x = Math.Max(0, -dx); x < Math.Min(Side, Side - dx); x++)
            {
                moved[((y + dy) * Side) + x + dx] = _pixels[(y * Side) + x];
            }
        }

        moved.CopyTo(_pixels);
    }

    private static int First(double a, double b, double reach) => Math.Max(0, (int)Math.Floor(Math.Min(a, b) - reach));

    private static int Last(double a, double b, double reach) => Math.Min(Side - 1, (int)Math.Ceiling(Math.Max(a, b) + reach));
}
