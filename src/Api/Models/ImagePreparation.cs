using System.Globalization;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Api.Models;

/// <summary>Reports in a header what was done to an uploaded image.</summary>
internal static class ImagePreparation
{
    public const string Header = "Image-Preparation";

    private const string Meaning =
        "Preparation steps in order, as a list of `as-is`, `resized`, `largest` (of several digits), `inverted`, `centred`; last "
        + "`inkFraction=`, the fraction of the image that is ink of the digit.";

    public static RouteHandlerBuilder ReportsPreparation(this RouteHandlerBuilder endpoint) =>
        endpoint.AnswersHeader(200, Header, Meaning, "inverted, centred, inkFraction=0.0213");

    public static void Report(this HttpResponse response, Preparation preparation) =>
        response.Headers[Header] = string.Join(", ", Items(preparation));

    private static IEnumerable<string> Items(Preparation preparation) =>
        preparation
            .Steps.Select(step => JsonConventions.Name(step))
            .Concat(
                preparation.InkFraction is { } fraction
                    ? [string.Create(CultureInfo.InvariantCulture, $"inkFraction={fraction}")]
                    : Array.Empty<string>());
}
