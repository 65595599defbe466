using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// The data sets that every service has, as far as this process has them itself: generated digits, and two that may lie in a folder of its
/// own. Each is read once and then shared by all jobs and requests.
/// </summary>
internal sealed class BuiltInDatasets
{
    private readonly Dictionary<string, (string Folder, MirroredSet Set)> _folders;
    private readonly ConcurrentDictionary<string, Lazy<Task<Result<Dataset, string>>>> _loads = new();
    private readonly ConcurrentDictionary<string, Description> _descriptions = new();
    private readonly ConditionalWeakTable<Dataset, string> _fingerprints = [];

    public BuiltInDatasets(IOptions<DatasetOptions> datasets, IOptions<StoreOptions> store) =>
        _folders = new[]
        {
            (MirroredSet.Mnist, datasets.Value.Mnist),
            (MirroredSet.FashionMnist, datasets.Value.FashionMnist),
        }.ToDictionary(
            pair => pair.Item1.Name,
            pair =>
                (
                    Path.GetFullPath(pair.Item2.Folder ?? Path.Combine(store.Value.Folder, "datasets", pair.Item1.Name)),
                    pair.Item1.WithMirrors(pair.Item2.Mirrors)));

    /// <param name="Stamp">Of the files that it was read from; null where it is of a data set in memory, which stays as it is.</param>
    private sealed record Description(string? Stamp, Result<DatasetInfo, string> Content);

    public static IReadOnlyList<string> Names { get; } = [MirroredSet.Mnist.Name, MirroredSet.FashionMnist.Name, SyntheticDigits.Name];

    /// <summary>Whether this process has the data set itself: it is asked with every image, so it must not take long.</summary>
    public bool IsHere(string name) =>
        name == SyntheticDigits.Name
        || (_folders.TryGetValue(name, out var place) && (IsInMemory(name) || IdxFolder.Missing(place.Folder).Count == 0));

    /// <summary>As it is published; files of one's own in the folder may hold another number of test images.</summary>
    public static DatasetSize SizeOf(string name) => name == SyntheticDigits.Name
        ? new DatasetSize(DigitPreparation.Shape, SyntheticDigits.ValidationCount, SyntheticDigits.TestCount)
        : new DatasetSize(DigitPreparation.Shape, IdxFolder.ValidationCount, IdxFolder.PublishedTestCount);

    /// <summary>The data set that is here, or which of its files is wrong: those are read again at the next call.</summary>
    public async Task<Result<Dataset, string>> LoadAsync(string name, CancellationToken token)
    {
        Lazy<Task<Result<Dataset, string>>> entry = _loads.GetOrAdd(name, key => new(() => Task.Run(() => LoadOnce(key))));
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

    /// <summary>What a loaded data set is known by: the sha256 of its images and labels, shape and splits. Computed once.</summary>
    public string FingerprintOf(Dataset data) => _fingerprints.GetValue(data, Fingerprint);

    /// <summary>What is known of the data set that is here without reading its images, or what is wrong with its files.</summary>
    public Result<DatasetInfo, string> Describe(string name)
    {
        string? stamp = _folders.TryGetValue(name, out var place) ? IdxFolder.Stamp(place.Folder) : null;
        if (!_descriptions.TryGetValue(name, out Description? known) || (known.Stamp is not null && known.Stamp != stamp))
        {
            known = new Description(stamp, stamp is null ? SyntheticDigits.Describe() : IdxFolder.Describe(name, place.Folder));
            // one that was loaded meanwhile stays
            _descriptions.AddOrUpdate(name, known, (_, other) => other.Stamp is null ? other : known);
        }

        return known.Content;
    }

    /// <summary>Where the data set may be downloaded from; no mirrors where downloads are off.</summary>
    public MirroredSet Mirrored(string name) => _folders[name].Set;

    /// <summary>Why a data set that is not here cannot be had, and what to do.</summary>
    /// <param name="fault">What came of downloading it; null where downloads are off.</param>
    public string Missing(string name, string? fault)
    {
        (string folder, MirroredSet set) = _folders[name];
        return $"{name}: {folder} (Datasets__{set.Setting}__Folder) lacks {string.Join(", ", IdxFolder.Missing(folder))}, "
            + $"and {fault ?? $"downloads are off (Datasets__{set.Setting}__Mirrors__0 is empty)"}. {IdxFolder.ToFill}"
            + (fault is null ? "" : " Or POST the job again in a minute.");
    }

    private static string Fingerprint(Dataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        DatasetSplit[] splits = [data.Train, data.Validation, data.Test];
        foreach (DatasetSplit split in splits)
        {
            for (int i = 0; i < split.Count; i++)
            {
                hash.AppendData(split.Image(i));
            }
        }

        foreach (DatasetSplit split in splits) // after all images, as in the store: the same images have the same sha256 there
        {
            hash.AppendData(split.Labels(0, split.Count));
        }

        return DatasetRow.FingerprintOf(
            Convert.ToHexStringLower(hash.GetHashAndReset()), data.Train.Shape, data.Train.Count, data.Validation.Count, data.Test.Count);
    }

    private bool IsInMemory(string name) => _descriptions.TryGetValue(name, out Description? known) && known.Stamp is null;

    private Result<Dataset, string> LoadOnce(string name)
    {
        if (!_folders.TryGetValue(name, out var place))
        {
            return SyntheticDigits.Create();
        }

        string stamp = IdxFolder.Stamp(place.Folder);
        Result<Dataset, string> load = IdxFolder.Load(name, place.Folder);
        _descriptions[name] = load.TryGet(out Dataset? data, out string? fault)
            ? new Description(null, DatasetInfo.Of(data))
            : new Description(stamp, fault);
        return load;
    }
}
