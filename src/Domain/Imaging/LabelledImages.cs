namespace AutoencoderApi.Domain.Imaging;

/// <summary>An image with words under it.</summary>
/// <param name="Label">White on black: how much of each pixel is ink.</param>
public sealed record LabelledImage(Canvas Image, GrayImage Label);

/// <summary>Where images of one size stand, row after row, each with the room for a label under it.</summary>
/// <param name="LabelWidth">Of the widest label.</param>
/// <param name="Gap">Pixels between images.</param>
public sealed record LabelledLayout(
    int Count, int Columns, int ImageWidth, int ImageHeight, int LabelWidth, int LabelHeight, int Gap)
{
    private const int Padding = 3; // between an image and its label, and around all

    public int Rows => (Count + Columns - 1) / Columns;

    /// <summary>Long, so that a caller can refuse a figure that is too large before it is made.</summary>
    public long Width => (2L * Padding) + ((long)Columns * CellWidth) + ((Columns - 1L) * Gap);

    public long Height => (2L * Padding) + ((long)Rows * CellHeight) + ((Rows - 1L) * Gap);

    private int CellWidth => Math.Max(ImageWidth, LabelWidth);

    private int CellHeight => ImageHeight + Padding + LabelHeight;

    /// <param name="images">As many as the layout has, each with as many channels as the first.</param>
    public Canvas Render(IReadOnlyList<LabelledImage> images)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Count, Count);
        var canvas = new Canvas(checked((int)Width), checked((int)Height), images[0].Image.Channels);
        for (int i = 0; i < images.Count; i++)
        {
            int left = Padding + (i % Columns * (CellWidth + Gap)), top = Padding + (i / Columns * (CellHeight + Gap));
            (Canvas image, GrayImage label) = images[i];
            canvas.Draw(image.Pixels, image.Width, left + ((CellWidth - image.Width) / 2), top, scale: 1);
            byte[] words = Letters(label, canvas.Channels);
            canvas.Draw(words, label.Width, left + ((CellWidth - label.Width) / 2), top + image.Height + Padding, scale: 1);
        }

        return canvas;
    }

    /// <summary>From the canvas's own grey, where there is no ink, to white.</summary>
    private static byte[] Letters(GrayImage label, int channels)
    {
        byte[] pixels = new byte[label.Pixels.Length * channels];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(Canvas.GapGray + (label.Pixels[i / channels] * (byte.MaxValue - Canvas.GapGray) / byte.MaxValue));
        }

        return pixels;
    }
}
