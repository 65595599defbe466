using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Api.Datasets;

internal static class DatasetLoads
{
    /// <summary>Whether the data set is there; one that could not be had is not kept, but looked for again.</summary>
    public static bool HasSucceeded(Task<Result<Dataset, string>> load) => load.IsCompletedSuccessfully && load.Result.TryGet(out _, out _);
}
