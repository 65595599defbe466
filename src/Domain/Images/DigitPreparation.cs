using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Images;

/// <summary>Makes a 28×28 digit (0 = background, 255 = ink) of a picture of any size.</summary>
public static class DigitPreparation
{
    public const int Side = 28;

    /// <summary>Of a digit.</summary>
    public static readonly FeatureShape Shape = new(1, Side, Side);

    // Enough for a pen stroke of a digit that fills a fifth of a photo; more only costs time.
    private const int WorkingSide = 512;

    /// <param name="isGray">Whether the picture was opaque grey before it was decoded, so that <see cref="Preprocessing.Auto"/> may keep its bytes.</param>
    public static PreparedDigit Prepare(GrayPicture picture, bool isGray, Preprocessing preprocessing)
    {
        bool fits = picture.Width == Side && picture.Height == Side;
        return preprocessing switch
        {
            Preprocessing.None when !fits => new PreparedDigit.WrongSize(picture.Width, picture.Height),
            Preprocessing.None => new PreparedDigit.Ready(picture),
            Preprocessing.Auto when fits && isGray => new PreparedDigit.Ready(picture),
            Preprocessing.Resize => new PreparedDigit.Ready(Letterbox.Fit(picture, Side, Side)),
            _ => new PreparedDigit.Ready(LikeMnist(picture)),
        };
    }

    /// <summary>A picture in which no ink is found gives a black digit.</summary>
    private static GrayPicture LikeMnist(GrayPicture picture)
    {
        GrayPicture small = BoxShrink.ToFit(picture, WorkingSide);
        byte[] contrast = Paper.TakeOff(small);
        byte[]? ink = Ink.Find(contrast, small.Width, small.Height);
        return ink is null
            ? new GrayPicture(Side, Side, new byte[Side * Side])
            : DigitFrame.Fit(new GrayPicture(small.Width, small.Height, ink));
    }
}
