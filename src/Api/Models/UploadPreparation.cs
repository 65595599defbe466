using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>From a decoded image to what a network takes.</summary>
internal static class UploadPreparation
{
    public static Result<ImageInput, ProblemHttpResult> Prepare(DecodedImage decoded, Model model, UploadQuery query)
    {
        TensorShape shape = model.Definition.Input;
        return shape == DigitPreparation.Shape ? PrepareDigit(decoded, model, query)
            : query.Preprocessing == Preprocessing.Mnist
                ? Problems.ImageUnusable(
                    $"preprocess=mnist makes digits of {DigitPreparation.Shape}; this network takes {shape}. Use preprocess=auto or resize."
                )
            : (decoded.Width, decoded.Height) != (shape.Width, shape.Height) ? Resize(decoded, shape, query)
            : query.Preprocessing == Preprocessing.Auto
            && shape.Channels == 1
            && model.Data is { Background: var background }
            && !decoded.IsInk
                ? Digit(DigitPreparation.OwnSize(decoded.Planes[0], background))
            : new ImageInput(Values(decoded.Planes));
    }

    private static Result<ImageInput, ProblemHttpResult> PrepareDigit(DecodedImage decoded, Model model, UploadQuery query)
    {
        var source = new SourceImage(decoded.Planes[0], decoded.WasGray, decoded.IsInk);
        if (DigitPreparation
                .Prepare(source, query.Options(model.Data?.Background ?? Background.Dark))
                .TryGet(out PreparedDigit? digit, out DigitFault? fault))
        {
            return Digit(digit);
        }

        return fault switch
        {
            DigitFault.NoDigit none => Problems.NoDigitFound(none.Ground, none.Noise, none.StrongestContrast),
            DigitFault.SeveralDigits several => Problems.SeveralDigits(several.Count),
            _ => WrongSize(decoded, DigitPreparation.Shape),
        };
    }

    private static Result<ImageInput, ProblemHttpResult> Resize(DecodedImage decoded, TensorShape shape, UploadQuery query) =>
        query.Preprocessing == Preprocessing.None
            ? WrongSize(decoded, shape)
            : new ImageInput(
                Values(decoded.Planes.Select(plane => Letterbox.Fit(plane, shape.Width, shape.Height))),
                new Preparation([PreparationStep.Resized]));

    private static ProblemHttpResult WrongSize(DecodedImage decoded, TensorShape shape) =>
        Problems.ImageUnusable(
            $"preprocess=none takes {shape.Width}×{shape.Height} images only, this one is {decoded.Width}×{decoded.Height}. Use "
            + $"preprocess=auto."
        );

    private static ImageInput Digit(PreparedDigit digit) => new(ImageInputReader.ToUnit(digit.Image.Pixels), digit.Preparation);

    private static float[] Values(IEnumerable<GrayImage> planes) => [.. planes.SelectMany(plane => ImageInputReader.ToUnit(plane.Pixels))];
}
