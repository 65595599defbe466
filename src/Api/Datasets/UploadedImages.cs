using System.Globalization;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>The images that somebody has sent, or why they make no data set.</summary>
internal abstract record UploadedImages
{
    /// <param name="Validation">Null where it is to be drawn from <paramref name="Train"/>; so <paramref name="Test"/>.</param>
    /// <param name="Labels">What each label is called, by its value; null where none were sent, and all are 0.</param>
    internal sealed record Read(DatasetSplit Train, DatasetSplit? Validation, DatasetSplit? Test, IReadOnlyList<string>? Labels)
        : UploadedImages;

    /// <summary>Of labels that are numbers.</summary>
    public static readonly IReadOnlyList<string> Numbers =
        [.. Enumerable.Range(0, 256).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    internal sealed record Refused(ProblemHttpResult Problem) : UploadedImages;

    public static Refused Unusable(string reason) => new(Problems.DatasetUnusable(reason));
}
