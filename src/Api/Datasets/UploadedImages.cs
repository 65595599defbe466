using System.Globalization;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Api.Datasets;

/// <summary>The images that somebody has sent.</summary>
/// <param name="Validation">Null where it is to be split off from <paramref name="Train"/>; so <paramref name="Test"/>.</param>
/// <param name="Labels">What each label is called, by its value; null where none were sent, and all are 0.</param>
internal sealed record UploadedImages(DatasetSplit Train, DatasetSplit? Validation, DatasetSplit? Test, IReadOnlyList<string>? Labels)
{
    /// <summary>Of labels that are numbers.</summary>
    public static readonly IReadOnlyList<string> Numbers =
        [.. Enumerable.Range(0, 256).Select(number => number.ToString(CultureInfo.InvariantCulture))];
}
