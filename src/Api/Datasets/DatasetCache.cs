using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// Keeps the stored data sets that were last asked for in memory, within a bound. What is kept under an id never
/// changes.
/// </summary>
internal sealed class DatasetCache(DatasetStore store, IOptions<DatasetOptions> options) : IDisposable
{
    /// <summary>One data set is loaded at a time: many at once would be in memory together.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private readonly Lock _lock = new();

    /// <summary>The one last asked for at the end.</summary>
    private readonly List<(DatasetRow Row, Task<Result<Dataset, string>> Load)> _kept = [];

    public Task<Result<Dataset, string>> LoadAsync(DatasetRow row, CancellationToken token)
    {
        Task<Result<Dataset, string>> load;
        lock (_lock)
        {
            int at = _kept.FindIndex(kept => kept.Row.Id == row.Id);
            bool isKept = at >= 0 && (!_kept[at].Load.IsCompleted || DatasetLoads.HasSucceeded(_kept[at].Load));
            load = isKept ? _kept[at].Load : Task.Run(() => LoadAsync(row), CancellationToken.None); // shared by all who wait
            if (at >= 0)
            {
                _kept.RemoveAt(at);
            }

            _kept.Add((row, load));
            while (_kept.Count > 1 && _kept.Sum(kept => (long)kept.Row.Bytes) > (long)options.Value.CacheSizeMiB << 20)
            {
                _kept.RemoveAt(0);
            }
        }

        return load.WaitAsync(token);
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Result<Dataset, string>> LoadAsync(DatasetRow row)
    {
        await _turn.WaitAsync();
        try
        {
            return await store.LoadAsync(row, CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }
}
