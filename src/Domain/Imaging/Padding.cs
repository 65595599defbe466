namespace AutoencoderApi.Domain.Imaging;

internal static class Padding
{
    public static GrayImage Add(GrayImage image, int margin, byte level)
    {
        int width = image.Width + 2 * margin;
        byte[] pixels = new byte[width * (image.Height + 2 * margin)];
        pixels.AsSpan().Fill(level);
        for (int y = 0; y < image.Height; y++)
        {
            image.Pixels.AsSpan(y * image.Width, image.Width).CopyTo(pixels.AsSpan((y + margin) * width + margin));
        }

        return new GrayImage(width, image.Height + 2 * margin, pixels);
    }

    public static GrayImage Remove(GrayImage image, int margin)
    {
        (int width, int height) = (image.Width - 2 * margin, image.Height - 2 * margin);
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            image.Pixels.AsSpan((y + margin) * image.Width + margin, width).CopyTo(pixels.AsSpan(y * width));
        }

        return new GrayImage(width, height, pixels);
    }
}
