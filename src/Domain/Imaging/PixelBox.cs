namespace AutoencoderApi.Domain.Imaging;

internal readonly record struct PixelBox(int Left, int Top, int Width, int Height)
{
    public int LongerSide => Math.Max(Width, Height);

    public static PixelBox Whole(GrayImage image) => new(0, 0, image.Width, image.Height);

    /// <summary>The smallest box around both.</summary>
    public PixelBox With(PixelBox other)
    {
        (int left, int top) = (Math.Min(Left, other.Left), Math.Min(Top, other.Top));
        (int right, int bottom) = (Math.Max(Left + Width, other.Left + other.Width), Math.Max(Top + Height, other.Top + other.Height));
        return new PixelBox(left, top, right - left, bottom - top);
    }

    /// <summary>The smallest box around all pixels of at least <paramref name="level"/>, or null where there are none.</summary>
    public static PixelBox? Around(GrayImage image, byte level)
    {
        (int left, int right, int top, int bottom) = (image.Width, -1, image.Height, -1);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.AsSpan(y * image.Width, image.Width);
            int first = row.IndexOfAnyInRange(level, byte.MaxValue);
            if (first < 0)
            {
                continue;
            }

            left = Math.Min(left, first);
            right = Math.Max(right, row.LastIndexOfAnyInRange(level, byte.MaxValue));
            top = Math.Min(top, y);
            bottom = y;
        }

        return bottom < 0 ? null : new PixelBox(left, top, right - left + 1, bottom - top + 1);
    }
}
