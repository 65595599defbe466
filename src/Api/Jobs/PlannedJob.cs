using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>A job that is about to be made.</summary>
/// <param name="Film">Whether its film is kept.</param>
internal sealed record PlannedJob(string? Name, TrainingSettings Settings, bool Film)
{
    /// <summary>Texts <c>key:value</c>.</summary>
    public string[] Metadata { get; init; } = [];

    /// <summary>That the job stores if it runs to its last step.</summary>
    public double Bytes => StorageCost.Of(Settings, Film).Bytes;
}
