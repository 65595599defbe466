namespace AutoencoderApi.Domain.Images;

/// <summary>Digits side by side, each pixel a square of <c>scale</c>. All pictures of one figure are of one size.</summary>
public static class DigitFigures
{
    public static Canvas Enlarged(GrayPicture digit, int scale) => Grid([digit], 1, scale, gap: 0);

    /// <summary>The original, and right of it its reconstruction.</summary>
    public static Canvas Pair(GrayPicture original, GrayPicture reconstruction, int scale, int gap) =>
        Grid([original, reconstruction], 2, scale, gap);

    /// <summary>All originals in a row, and each one's reconstruction below it.</summary>
    public static Canvas TwoRows(IReadOnlyList<GrayPicture> originals, IReadOnlyList<GrayPicture> reconstructions, int scale, int gap)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(reconstructions.Count, originals.Count);
        return Grid([.. originals, .. reconstructions], originals.Count, scale, gap);
    }

    /// <summary>Frames in a row, as of a way from one digit to another.</summary>
    public static Canvas Strip(IReadOnlyList<GrayPicture> frames, int scale, int gap) => Grid(frames, frames.Count, scale, gap);

    /// <summary>
    /// The original, its reconstruction, and where they differ: orange where the reconstruction has too much ink, blue
    /// where it has too little, black where they agree. Full colour is half of full contrast.
    /// </summary>
    public static Canvas Difference(GrayPicture original, GrayPicture reconstruction, int scale, int gap)
    {
        TileLayout layout = LayoutOf([original, reconstruction, original], 3, scale, gap);
        Canvas canvas = layout.NewCanvas(channels: 3);
        layout.Draw(canvas, 0, InColor(original.Pixels));
        layout.Draw(canvas, 1, InColor(reconstruction.Pixels));
        layout.Draw(canvas, 2, Signed(original.Pixels, reconstruction.Pixels));
        return canvas;
    }

    private static Canvas Grid(IReadOnlyList<GrayPicture> digits, int columns, int scale, int gap)
    {
        TileLayout layout = LayoutOf(digits, columns, scale, gap);
        Canvas canvas = layout.NewCanvas(channels: 1);
        for (int i = 0; i < digits.Count; i++)
        {
            layout.Draw(canvas, i, digits[i].Pixels);
        }

        return canvas;
    }

    private static TileLayout LayoutOf(IReadOnlyList<GrayPicture> digits, int columns, int scale, int gap)
    {
        GrayPicture first = digits[0];
        return digits.All(digit => digit.Width == first.Width && digit.Height == first.Height)
            ? new TileLayout(digits.Count, columns, first.Width, first.Height, scale, gap)
            : throw new ArgumentException("The pictures of one figure must be of one size.", nameof(digits));
    }

    private static byte[] InColor(byte[] gray)
    {
        byte[] color = new byte[gray.Length * 3];
        for (int i = 0; i < gray.Length; i++)
        {
            color.AsSpan(3 * i, 3).Fill(gray[i]);
        }

        return color;
    }

    private static byte[] Signed(byte[] original, byte[] reconstruction)
    {
        ReadOnlySpan<byte> tooMuch = [255, 140, 30];
        ReadOnlySpan<byte> tooLittle = [60, 150, 255];
        byte[] color = new byte[original.Length * 3];
        for (int i = 0; i < original.Length; i++)
        {
            int difference = reconstruction[i] - original[i];
            int strength = Math.Min(255, 2 * Math.Abs(difference));
            for (int channel = 0; channel < 3; channel++)
            {
                color[3 * i + channel] = (byte)((difference > 0 ? tooMuch : tooLittle)[channel] * strength / 255);
            }
        }

        return color;
    }
}
