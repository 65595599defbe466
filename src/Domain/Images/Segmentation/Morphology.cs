namespace AutoencoderApi.Domain.Images.Segmentation;

/// <summary>Grey morphology with square windows; beyond the border there is nothing.</summary>
internal static class Morphology
{
    /// <summary>The image without dark structures that are narrower than the window.</summary>
    public static GrayPicture Close(GrayPicture image, int radius)
    {
        GrayPicture closed = Dilate(image, radius);
        Extremes.Spread(closed, radius, largest: false);
        return closed;
    }

    /// <summary>The image without light structures that are narrower than the window.</summary>
    public static GrayPicture Open(GrayPicture image, int radius)
    {
        GrayPicture opened = Erode(image, radius);
        Extremes.Spread(opened, radius, largest: true);
        return opened;
    }

    private static GrayPicture Dilate(GrayPicture image, int radius) => Spread(image, radius, largest: true);

    private static GrayPicture Erode(GrayPicture image, int radius) => Spread(image, radius, largest: false);

    private static GrayPicture Spread(GrayPicture image, int radius, bool largest)
    {
        var copy = new GrayPicture(image.Width, image.Height, [.. image.Pixels]);
        Extremes.Spread(copy, radius, largest);
        return copy;
    }
}
