namespace AutoencoderApi.Domain.Imaging;

/// <summary>An image in a frame of another size: as large as fits, its proportions kept, in the middle, on black.</summary>
public static class Letterbox
{
    /// <summary>An image that has the frame's size comes out as it is.</summary>
    public static GrayImage Fit(GrayImage image, int frameWidth, int frameHeight)
    {
        if ((image.Width, image.Height) == (frameWidth, frameHeight))
        {
            return image;
        }

        double scale = Math.Min((double)frameWidth / image.Width, (double)frameHeight / image.Height);
        int width = Math.Clamp((int)Math.Round(image.Width * scale), 1, frameWidth);
        int height = Math.Clamp((int)Math.Round(image.Height * scale), 1, frameHeight);
        GrayImage scaled = AreaResampler.Resample(image, PixelBox.Whole(image), width, height);
        byte[] pixels = new byte[frameWidth * frameHeight];
        int left = (frameWidth - width) / 2, top = (frameHeight - height) / 2;
        for (int y = 0; y < height; y++)
        {
            scaled.Pixels.AsSpan(y * width, width).CopyTo(pixels.AsSpan(((top + y) * frameWidth) + left));
        }

        return new GrayImage(frameWidth, frameHeight, pixels);
    }
}
