using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging.Segmentation;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Imaging;

/// <summary>Makes a 28×28 digit of an image of any size.</summary>
public static class DigitPreparation
{
    public const int Side = 28;

    /// <summary>
    /// Longer side up to which an image's detail is used: enough for a pen stroke of a digit that fills a fifth of a
    /// photo.
    /// </summary>
    public const int WorkingSide = 512;

    /// <summary>Of a digit.</summary>
    public static readonly TensorShape Shape = new(1, Side, Side);

    public static Result<PreparedDigit, DigitFault> Prepare(SourceImage source, PreparationOptions options)
    {
        GrayImage image = source.Pixels;
        bool fits = image.Width == Side && image.Height == Side;
        return options.Preprocessing switch
        {
            Preprocessing.None when !fits => new DigitFault.WrongSize(image.Width, image.Height),
            Preprocessing.None => new PreparedDigit(image, Preparation.AsIs),
            Preprocessing.Auto when fits && source.IsExact => OwnSize(image, options.Background),
            Preprocessing.Resize => new PreparedDigit(
                Letterbox.Fit(image, Side, Side),
                fits ? Preparation.AsIs : new Preparation([PreparationStep.Resized])),
            _ => LikeMnist(source, options),
        };
    }

    /// <summary>
    /// An image of the network's own size: as it is, but that dark ink on a light ground becomes light on dark where the network's
    /// data are so.
    /// </summary>
    public static PreparedDigit OwnSize(GrayImage image, Background background) =>
        background == Background.Dark && BorderBackground.Of(image.Pixels, image.Width, image.Height) == Background.Light
            ? new PreparedDigit(BorderBackground.Invert(image), new Preparation([PreparationStep.Inverted]))
            : new PreparedDigit(image, Preparation.AsIs);

    private static Result<PreparedDigit, DigitFault> LikeMnist(SourceImage source, PreparationOptions options)
    {
        GrayImage small = BoxDownsampler.ToFit(source.Pixels, WorkingSide);
        PageSegmentation page = PageSegmentation.Of(small, source.IsInk);
        if (page.Digits.Count == 0)
        {
            int ground = page.IsInkDark ? page.Foreground.Ground : 255 - page.Foreground.Ground;
            return new DigitFault.NoDigit(ground, page.Foreground.Noise, page.Foreground.Contrast.Pixels.Max() / 255.0);
        }

        if (page.Digits.Count > 1 && !options.TakeLargest)
        {
            return new DigitFault.SeveralDigits(page.Digits.Count);
        }

        DigitCandidate digit = page.Digits[0];
        GrayImage framed = MnistNormalizer.Normalize(digit.Ink(page.Foreground.Contrast));
        bool isLight = options.Background == Background.Light, isInverted = !source.IsInk && page.IsInkDark != isLight;
        return new PreparedDigit(
            isLight ? framed.Negative() : framed,
            new Preparation(Steps(isInverted, page.Digits.Count > 1), Math.Round((double)digit.Area / small.Pixels.Length, 5)));
    }

    private static PreparationStep[] Steps(bool isInverted, bool isLargest) =>
        [
            .. isLargest ? [PreparationStep.Largest] : Array.Empty<PreparationStep>(),
            .. isInverted ? [PreparationStep.Inverted] : Array.Empty<PreparationStep>(),
            PreparationStep.Centred,
        ];
}
