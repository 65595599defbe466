using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// Reads a form of files (RFC 7578) part by part, without writing to disk. A part is identified by its name: it needs no filename, and its
/// media type says nothing.
/// </summary>
internal static class FileForm
{
    public const string MediaType = "multipart/form-data";

    private const int MaxBoundary = 70; // RFC 2046, section 5.1.1

    public static bool IsFileForm(this HttpRequest request) => request.HasMediaType(MediaType);

    /// <param name="names">Of the parts that the form may have, each once.</param>
    /// <param name="unreadable">The problem of a form that cannot be read, given the reason.</param>
    /// <param name="take">Reads a part; gives the problem with it, or null.</param>
    /// <returns>What is wrong with the form or with one of its parts, or null. A form may lack any part.</returns>
    public static async Task<ProblemHttpResult?> ReadAsync(
        HttpRequest request,
        IReadOnlyList<string> names,
        Func<string, ProblemHttpResult> unreadable,
        Func<string, Stream, Task<ProblemHttpResult?>> take,
        CancellationToken token)
    {
        string boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        if (boundary.Length is 0 or > MaxBoundary)
        {
            return Problems.MediaTypeUnsupported($"{MediaType} needs a boundary of 1 to {MaxBoundary} characters in its Content-Type.");
        }

        var form = new MultipartReader(boundary, request.Body);
        var taken = new HashSet<string>();
        try
        {
            while (await form.ReadNextSectionAsync(token) is { } section)
            {
                string name = NameOf(section);
                ProblemHttpResult? problem = !names.Contains(name) ? Unknown(name, names)
                    : !taken.Add(name) ? unreadable($"The form has more than one file called '{name}'.")
                    : await take(name, section.Body);
                if (problem is not null)
                {
                    return problem;
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return unreadable($"The multipart body cannot be read: {e.Message}");
        }

        return null;
    }

    private static ProblemHttpResult Unknown(string name, IReadOnlyList<string> names) =>
        Problems.Invalid(name.Length > 0 ? name : "form", $"there is no such field in the form; it takes {string.Join(", ", names)}.");

    private static string NameOf(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString()
            : "";
}
