using System.Collections.Concurrent;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Networks;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

/// <summary>The data sets by name. Each is read once, when it is first asked for, and then shared by all jobs and requests.</summary>
internal sealed class DatasetCatalog
{
    public const string Mnist = "mnist";
    public const string FashionMnist = "fashion-mnist";

    private readonly Dictionary<string, Func<DatasetLoad>> _loaders;
    private readonly Dictionary<string, string> _folders;
    private readonly ConcurrentDictionary<string, Lazy<Task<DatasetLoad>>> _loads = new();

    public DatasetCatalog(IOptions<DatasetOptions> datasets, IOptions<StoreOptions> store)
    {
        string FolderOf(string name, string? configured) => Path.GetFullPath(configured ?? Path.Combine(store.Value.Folder, "datasets", name));
        _folders = new()
        {
            [Mnist] = FolderOf(Mnist, datasets.Value.Mnist.Folder),
            [FashionMnist] = FolderOf(FashionMnist, datasets.Value.FashionMnist.Folder),
        };
        _loaders = new()
        {
            [Mnist] = () => IdxFolder.Load(Mnist, _folders[Mnist]),
            [FashionMnist] = () => IdxFolder.Load(FashionMnist, _folders[FashionMnist]),
            [SyntheticDigits.Name] = () => new DatasetLoad.Loaded(SyntheticDigits.Create()),
        };
    }

    public IReadOnlyCollection<string> Names => _loaders.Keys;

    /// <summary>What a job trains on that names no data set: MNIST where its folder is there, else the drawn digits.</summary>
    public string Default => Directory.Exists(_folders[Mnist]) ? Mnist : SyntheticDigits.Name;

    /// <summary>The shape of the data set's pictures, without reading it; null where there is no such data set.</summary>
    public FeatureShape? ShapeOf(string name) => Has(name) ? DigitPreparation.Shape : null;

    public bool Has(string name) => _loaders.ContainsKey(name);

    /// <summary>The data set called <paramref name="name"/>. One that could not be had is looked for again at the next call.</summary>
    public async Task<DatasetLoad> LoadAsync(string name, CancellationToken token)
    {
        Lazy<Task<DatasetLoad>> entry = _loads.GetOrAdd(name, key => new(() => Task.Run(_loaders[key])));
        DatasetLoad load = await entry.Value.WaitAsync(token);
        if (load is DatasetLoad.Unavailable)
        {
            _loads.TryRemove(new(name, entry));
        }

        return load;
    }
}
