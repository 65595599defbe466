using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Http;

internal static class MediaTypes
{
    /// <summary>Of a file of NumPy's.</summary>
    public const string Npy = "application/x-npy";

    /// <summary>Whether the Content-Type is that media type, whatever its parameters.</summary>
    public static bool HasMediaType(this HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? said)
        && said.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);
}
