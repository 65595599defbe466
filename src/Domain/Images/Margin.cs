namespace AutoencoderApi.Domain.Images;

internal static class Margin
{
    public static GrayPicture Add(GrayPicture picture, int margin, byte level)
    {
        int width = picture.Width + 2 * margin;
        byte[] pixels = new byte[width * (picture.Height + 2 * margin)];
        pixels.AsSpan().Fill(level);
        for (int y = 0; y < picture.Height; y++)
        {
            picture.Pixels.AsSpan(y * picture.Width, picture.Width).CopyTo(pixels.AsSpan((y + margin) * width + margin));
        }

        return new GrayPicture(width, picture.Height + 2 * margin, pixels);
    }

    public static GrayPicture Remove(GrayPicture picture, int margin)
    {
        (int width, int height) = (picture.Width - 2 * margin, picture.Height - 2 * margin);
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            picture.Pixels.AsSpan((y + margin) * picture.Width + margin, width).CopyTo(pixels.AsSpan(y * width));
        }

        return new GrayPicture(width, height, pixels);
    }
}
