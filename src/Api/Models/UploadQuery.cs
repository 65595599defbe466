using System.ComponentModel;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Api.Models;

/// <summary>What to do with an image on which there are several digits.</summary>
public enum DigitChoice
{
    /// <summary>It is refused.</summary>
    Only,

    /// <summary>The largest digit is taken.</summary>
    Largest,
}

/// <summary>How an uploaded image is prepared. Public, because the rules of an internal type's properties would not be checked.</summary>
public sealed record UploadQuery(
    [property: OneOf<Preprocessing>, Description("Preparation of an uploaded image for the network: see docs/api.md.")]
    string Preprocess = "auto",
    [property: OneOf<DigitChoice>, Description("`largest` takes the largest of several digits; `only` refuses an image with several.")]
    string Digits = "only")
{
    internal Preprocessing Preprocessing => JsonConventions.Parse<Preprocessing>(Preprocess)!.Value;

    /// <param name="background">Of the data that the network was trained on.</param>
    internal PreparationOptions Options(Background background) => new()
    {
        Preprocessing = Preprocessing,
        TakeLargest = JsonConventions.Parse<DigitChoice>(Digits) == DigitChoice.Largest,
        Background = background,
    };
}
