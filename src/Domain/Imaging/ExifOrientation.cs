namespace AutoencoderApi.Domain.Imaging;

/// <summary>Turns an image upright as its EXIF orientation (1 to 8; TIFF 6.0, tag 274) says.</summary>
public static class ExifOrientation
{
    /// <param name="orientation">Where the stored first row and first column belong; 1 is upright already.</param>
    public static GrayImage Apply(GrayImage stored, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return stored;
        }

        (int oldWidth, int oldHeight) = (stored.Width, stored.Height);
        (int width, int height) = orientation >= 5 ? (oldHeight, oldWidth) : (oldWidth, oldHeight);
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int row, int column) = orientation switch
                {
                    2 => (y, oldWidth - 1 - x),
                    3 => (oldHeight - 1 - y, oldWidth - 1 - x),
                    4 => (oldHeight - 1 - y, x),
                    5 => (x, y),
                    6 => (oldHeight - 1 - x, y),
                    7 => (oldHeight - 1 - x, oldWidth - 1 - y),
                    _ => (x, oldWidth - 1 - y),
                };
                pixels[y * width + x] = stored.Pixels[row * oldWidth + column];
            }
        }

        return new GrayImage(width, height, pixels);
    }
}
