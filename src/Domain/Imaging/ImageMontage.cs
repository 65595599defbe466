namespace AutoencoderApi.Domain.Imaging;

/// <summary>Digits side by side, each pixel a square of <c>scale</c>. All images of one figure are of one shape.</summary>
public static class ImageMontage
{
    public static Canvas Enlarged(InterleavedImage digit, int scale) => Grid([digit], 1, scale, gap: 0);

    /// <summary>The original, and right of it its reconstruction.</summary>
    public static Canvas Pair(InterleavedImage original, InterleavedImage reconstruction, int scale, int gap) =>
        Grid([original, reconstruction], 2, scale, gap);

    /// <summary>The original, what was made of it for the network to restore, and what the network restored.</summary>
    public static Canvas Denoised(InterleavedImage original, InterleavedImage noisy, InterleavedImage denoised, int scale, int gap) =>
        Grid([original, noisy, denoised], 3, scale, gap);

    /// <summary>Images in rows of the same length: those in one column belong together.</summary>
    public static Canvas Rows(IReadOnlyList<IReadOnlyList<InterleavedImage>> rows, int scale, int gap) =>
        Grid([.. rows.SelectMany(row => row)], rows[0].Count, scale, gap);

    /// <summary>Frames in a row, as of a way from one digit to another.</summary>
    public static Canvas Strip(IReadOnlyList<InterleavedImage> frames, int scale, int gap) => Grid(frames, frames.Count, scale, gap);

    /// <summary>
    /// The original, its reconstruction, and where they differ. In grey: orange where the reconstruction has too much ink, blue
    /// where it has too little, black where they agree. In colour: how far each of red, green and blue is off. Full colour is half
    /// of full contrast.
    /// </summary>
    public static Canvas Difference(InterleavedImage original, InterleavedImage reconstruction, int scale, int gap) =>
        Differences([(original, reconstruction)], 1, scale, gap);

    /// <summary>The same of several images, so many in a row.</summary>
    public static Canvas Differences(
        IReadOnlyList<(InterleavedImage Original, InterleavedImage Reconstruction)> pairs, int across, int scale, int gap)
    {
        TileLayout layout = LayoutOf(
            [.. pairs.SelectMany(pair => new[] { pair.Original, pair.Reconstruction, pair.Original })], 3 * across, scale, gap);
        Canvas canvas = layout.NewCanvas(channels: 3);
        for (int i = 0; i < pairs.Count; i++)
        {
            (InterleavedImage original, InterleavedImage reconstruction) = pairs[i];
            bool isGray = original.Channels == 1;
            layout.Draw(canvas, 3 * i, isGray ? InColor(original.Pixels) : original.Pixels);
            layout.Draw(canvas, (3 * i) + 1, isGray ? InColor(reconstruction.Pixels) : reconstruction.Pixels);
            layout.Draw(
                canvas,
                (3 * i) + 2,
                isGray ? Signed(original.Pixels, reconstruction.Pixels) : Absolute(original.Pixels, reconstruction.Pixels));
        }

        return canvas;
    }

    private static Canvas Grid(IReadOnlyList<InterleavedImage> digits, int columns, int scale, int gap)
    {
        TileLayout layout = LayoutOf(digits, columns, scale, gap);
        Canvas canvas = layout.NewCanvas(digits[0].Channels);
        for (int i = 0; i < digits.Count; i++)
        {
            layout.Draw(canvas, i, digits[i].Pixels);
        }

        return canvas;
    }

    private static TileLayout LayoutOf(IReadOnlyList<InterleavedImage> digits, int columns, int scale, int gap)
    {
        InterleavedImage first = digits[0];
        return digits.All(digit => (digit.Width, digit.Height, digit.Channels) == (first.Width, first.Height, first.Channels))
            ? new TileLayout(digits.Count, columns, first.Width, first.Height, scale, gap)
            : throw new ArgumentException("The images of one figure must be of one shape.", nameof(digits));
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

    private static byte[] Absolute(byte[] original, byte[] reconstruction) =>
        [.. original.Zip(reconstruction, (a, b) => (byte)Math.Min(255, 2 * Math.Abs(b - a)))];

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
