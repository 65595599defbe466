using System.Collections.Concurrent;
using System.Diagnostics;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Images;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// The data sets that every service has: two that lie in a folder, which is filled from mirrors when it is first needed, and drawn digits.
/// Each is read once and then shared by all jobs and requests.
/// </summary>
internal sealed class BuiltInDatasets
{
    /// <summary>How long a download that failed is not tried again for the sake of a picture; a job always tries.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (string Folder, MirroredSet Set)> _folders;
    private readonly MirrorDownload _download;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentDictionary<string, Lazy<Task<DatasetLoad>>> _loads = new();
    private readonly ConcurrentDictionary<string, (DatasetLoad.Unavailable Load, long At)> _failures = new();

    public BuiltInDatasets(IOptions<DatasetOptions> datasets, IOptions<StoreOptions> store, MirrorDownload download, IHostApplicationLifetime lifetime)
    {
        (_download, _stopping) = (download, lifetime.ApplicationStopping);
        _folders = new[] { (MirroredSet.Mnist, datasets.Value.Mnist), (MirroredSet.FashionMnist, datasets.Value.FashionMnist) }.ToDictionary(
            pair => pair.Item1.Name,
            pair => (Path.GetFullPath(pair.Item2.Folder ?? Path.Combine(store.Value.Folder, "datasets", pair.Item1.Name)), pair.Item1.WithMirrors(pair.Item2.Mirrors)));
    }

    public static IReadOnlyList<string> Names { get; } = [MirroredSet.Mnist.Name, MirroredSet.FashionMnist.Name, SyntheticDigits.Name];

    /// <summary>As it is published; files of one's own in the folder may hold another number of test images.</summary>
    public static DatasetSize SizeOf(string name) => name == SyntheticDigits.Name
        ? new DatasetSize(DigitPreparation.Shape, SyntheticDigits.ValidationCount, SyntheticDigits.TestCount)
        : new DatasetSize(DigitPreparation.Shape, IdxFolder.ValidationCount, IdxFolder.PublishedTestCount);

    /// <summary>What a job trains on that names no data set: MNIST where its files are there, else the drawn digits.</summary>
    public string Default => IsHere(MirroredSet.Mnist.Name) ? MirroredSet.Mnist.Name : SyntheticDigits.Name;

    /// <summary>The data set, downloaded where it must be. One that could not be had is looked for again at the next call.</summary>
    public async Task<DatasetLoad> LoadAsync(string name, CancellationToken token)
    {
        Lazy<Task<DatasetLoad>> entry = _loads.GetOrAdd(name, key => new(() => Task.Run(() => LoadOnceAsync(key))));
        try
        {
            return await entry.Value.WaitAsync(token);
        }
        finally
        {
            if (entry.Value.IsCompleted && !DatasetLoads.HasSucceeded(entry.Value))
            {
                _loads.TryRemove(new(name, entry));
            }
        }
    }

    /// <summary>The data set where its files are here, and else at once what is known of it.</summary>
    /// <param name="begin">Whether to begin the download that it waits for.</param>
    public async Task<DatasetLoad> PeekAsync(string name, bool begin, CancellationToken token)
    {
        if (!_folders.TryGetValue(name, out var place) || place.Set.Mirrors.Count == 0 || IsHere(name))
        {
            return await LoadAsync(name, token);
        }

        if (_failures.TryGetValue(name, out var failure) && Stopwatch.GetElapsedTime(failure.At) < s_pause)
        {
            return failure.Load;
        }

        Task<DatasetLoad>? load = begin ? LoadAsync(name, CancellationToken.None) : null;
        return load is { IsCompleted: true } ? await load : new DatasetLoad.Awaited($"{name} is downloaded once, when it is first needed; that takes a minute or so. Ask again then.");
    }

    /// <summary>Whether it is in memory, or its files in its folder: what is asked with every picture must not go to the disk for long.</summary>
    private bool IsHere(string name) =>
        (_loads.TryGetValue(name, out Lazy<Task<DatasetLoad>>? entry) && entry.IsValueCreated && DatasetLoads.HasSucceeded(entry.Value))
        || IdxFolder.Missing(_folders[name].Folder).Count == 0;

    private async Task<DatasetLoad> LoadOnceAsync(string name)
    {
        if (!_folders.TryGetValue(name, out var place))
        {
            return new DatasetLoad.Loaded(SyntheticDigits.Create());
        }

        string? fault = place.Set.Mirrors.Count > 0 && IdxFolder.Missing(place.Folder).Count > 0 ? await _download.FillAsync(place.Folder, place.Set, _stopping) : null;
        if (fault is null)
        {
            _failures.TryRemove(name, out _);
            return IdxFolder.Load(name, place.Folder);
        }

        var failed = new DatasetLoad.Unavailable($"{name}: {place.Folder} lacks {string.Join(", ", IdxFolder.Missing(place.Folder))}, and {fault}. {IdxFolder.ToFill}");
        _failures[name] = (failed, Stopwatch.GetTimestamp());
        return failed;
    }
}
