using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>The pictures that somebody has sent, or why they make no data set.</summary>
internal abstract record UploadedPictures
{
    /// <param name="Validation">Null where it is to be drawn from <paramref name="Train"/>; so <paramref name="Test"/>.</param>
    /// <param name="HasLabels">Whether the labels were sent; else they are all 0.</param>
    internal sealed record Read(DigitSet Train, DigitSet? Validation, DigitSet? Test, bool HasLabels) : UploadedPictures;

    internal sealed record Refused(ProblemHttpResult Problem) : UploadedPictures;

    public static Refused Unusable(string reason) => new(Problems.DatasetUnusable(reason));
}
