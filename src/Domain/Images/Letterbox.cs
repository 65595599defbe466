namespace AutoencoderApi.Domain.Images;

/// <summary>A picture in a frame of another size: as large as fits, its proportions kept, in the middle, on black.</summary>
public static class Letterbox
{
    /// <summary>A picture that has the frame's size comes out as it is.</summary>
    public static GrayPicture Fit(GrayPicture picture, int frameWidth, int frameHeight)
    {
        if ((picture.Width, picture.Height) == (frameWidth, frameHeight))
        {
            return picture;
        }

        double scale = Math.Min((double)frameWidth / picture.Width, (double)frameHeight / picture.Height);
        int width = Math.Clamp((int)Math.Round(picture.Width * scale), 1, frameWidth);
        int height = Math.Clamp((int)Math.Round(picture.Height * scale), 1, frameHeight);
        GrayPicture scaled = AreaScaling.Scale(picture, PixelBox.Whole(picture), width, height);
        byte[] pixels = new byte[frameWidth * frameHeight];
        int left = (frameWidth - width) / 2, top = (frameHeight - height) / 2;
        for (int y = 0; y < height; y++)
        {
            scaled.Pixels.AsSpan(y * width, width).CopyTo(pixels.AsSpan(((top + y) * frameWidth) + left));
        }

        return new GrayPicture(frameWidth, frameHeight, pixels);
    }
}
