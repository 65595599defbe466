using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Datasets;

/// <summary>All data sets by name: those that every service has, and those that people have stored.</summary>
internal sealed class DatasetCatalog(BuiltInDatasets builtIn, DatasetStore own, DatasetCache cache)
{
    /// <summary>What a job trains on that names no data set.</summary>
    public string Default => builtIn.Default;

    public static bool IsBuiltIn(string name) => BuiltInDatasets.Names.Contains(name);

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken token) => [.. BuiltInDatasets.Names, .. (await own.ListAsync(token)).Select(row => row.Name)];

    /// <summary>The shape of the data set's pictures, without reading it; null where there is no such data set.</summary>
    public async Task<FeatureShape?> ShapeOfAsync(string name, CancellationToken token) =>
        IsBuiltIn(name) ? DigitPreparation.Shape : await own.FindAsync(name, token) is { } row ? row.Shape : null;

    /// <summary>The size of the data set, without reading it; null where there is no such data set.</summary>
    public async Task<DatasetSize?> SizeOfAsync(string name, CancellationToken token) =>
        IsBuiltIn(name) ? BuiltInDatasets.SizeOf(name)
        : await own.FindAsync(name, token) is { } row ? new DatasetSize(row.Shape, row.Validation, row.Test)
        : null;

    /// <summary>The data set for a job, downloaded where it must be, however long that takes; or why it cannot be had.</summary>
    public async Task<DatasetLoad> LoadAsync(string name, CancellationToken token) => IsBuiltIn(name)
        ? await builtIn.LoadAsync(name, token)
        : await OwnAsync(name, token) ?? new DatasetLoad.Unavailable($"There is no data set '{name}' any more. PUT it again.");

    /// <summary>The data set for a request, which does not wait for a download but has it begun; null where there is none of that name.</summary>
    public async Task<DatasetLoad?> AskAsync(string name, CancellationToken token) =>
        IsBuiltIn(name) ? await builtIn.PeekAsync(name, begin: true, token) : await OwnAsync(name, token);

    private async Task<DatasetLoad?> OwnAsync(string name, CancellationToken token) => await own.FindAsync(name, token) is { } row ? await cache.LoadAsync(row, token) : null;
}
