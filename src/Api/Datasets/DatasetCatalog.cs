using System.Collections.Concurrent;
using System.Globalization;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Datasets;

internal enum DatasetFaultKind
{
    NotFound,

    /// <summary>It is still to be fetched, or is just being.</summary>
    Pending,

    Unavailable,
}

/// <summary>Why a data set cannot be had.</summary>
/// <param name="Reason">With what to do about it.</param>
internal sealed record DatasetFault(DatasetFaultKind Kind, string Reason)
{
    public static DatasetFault Unavailable(string reason) => new(DatasetFaultKind.Unavailable, reason);
}

/// <summary>Whether a built-in data set can be trained on, known without reading its images.</summary>
internal abstract record BuiltInStatus
{
    private BuiltInStatus()
    {
    }

    /// <summary>This process has it itself.</summary>
    internal sealed record Here(DatasetInfo Info) : BuiltInStatus;

    internal sealed record Stored(DatasetRow Row) : BuiltInStatus;

    /// <param name="IsRequested">Whether it is being fetched; else it will be once somebody asks for it.</param>
    internal sealed record Pending(bool IsRequested) : BuiltInStatus;

    internal sealed record Unavailable(string Reason) : BuiltInStatus;
}

/// <summary>
/// All data sets by name: those that every service has, and those that people have stored. A built-in one is in this process itself, or in
/// the store, or it has to be fetched into the store first.
/// </summary>
internal sealed class DatasetCatalog(BuiltInDatasets builtIn, DatasetStore stored, DatasetFetches fetches, DatasetCache cache)
{
    private readonly ConcurrentDictionary<string, string> _fingerprints = new(); // of built-in data sets that are stored: those stay
    private volatile bool _isMnistStored;

    public static bool IsBuiltIn(string name) => BuiltInDatasets.Names.Contains(name);

    /// <summary>What a job trains on that names no data set: MNIST where it is here, else the generated digits.</summary>
    public async Task<string> DefaultAsync(CancellationToken token)
    {
        string mnist = MirroredSet.Mnist.Name;
        _isMnistStored = _isMnistStored || (!builtIn.IsHere(mnist) && (await fetches.FindAsync(mnist, token)).Stored is not null);
        return _isMnistStored || builtIn.IsHere(mnist) ? mnist : SyntheticDigits.Name;
    }

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken token) =>
        [.. BuiltInDatasets.Names, .. (await stored.ListAsync(token)).Select(row => row.Name)];

    /// <summary>The shape of the data set's images, without reading it; null where there is no such data set.</summary>
    public async Task<TensorShape?> ShapeOfAsync(string name, CancellationToken token) =>
        IsBuiltIn(name) ? DigitPreparation.Shape : await stored.FindAsync(name, token) is { } row ? row.Shape : null;

    /// <summary>The size of the data set, without reading it; null where there is no such data set.</summary>
    public async Task<DatasetSize?> SizeOfAsync(string name, CancellationToken token) =>
        IsBuiltIn(name) ? BuiltInDatasets.SizeOf(name)
        : await stored.FindAsync(name, token) is { } row ? new DatasetSize(row.Shape, row.Validation, row.Test)
        : null;

    /// <summary>
    /// What the images of the data set are known by: their sha256, shape and splits, since other splits of the same bytes are other images;
    /// null where there is no such data set, or it is not here.
    /// </summary>
    public async Task<string?> FingerprintAsync(string name, CancellationToken token)
    {
        if (builtIn.IsHere(name))
        {
            return (await builtIn.LoadAsync(name, token)).TryGet(out Dataset? here, out _) ? builtIn.FingerprintOf(here) : null;
        }

        return _fingerprints.GetValueOrDefault(name) is { } known ? known
            : await stored.FindAsync(name, token) is not { } row ? null
            : IsBuiltIn(name) ? _fingerprints.GetOrAdd(name, row.Fingerprint)
            : row.Fingerprint;
    }

    /// <summary>The SHA-256 of the data set's images and labels; null where there is no such data set, or it is not here.</summary>
    public async Task<string?> Sha256Async(string name, CancellationToken token) =>
        (await FingerprintAsync(name, token))?.Split(' ')[0];

    /// <summary>
    /// The same with the numbers of images in the splits, in the order of <see cref="Dataset.Splits"/>; null where there is no such data
    /// set, or it is not here.
    /// </summary>
    public async Task<(string Sha256, int[] Splits)?> ContentAsync(string name, CancellationToken token) =>
        (await FingerprintAsync(name, token))?.Split(' ') is [var sha256, .., var splits]
            ? (sha256, [.. splits.Split('+').Select(count => int.Parse(count, CultureInfo.InvariantCulture))])
            : null;

    /// <summary>How a built-in data set stands.</summary>
    public async Task<BuiltInStatus> StatusAsync(string name, CancellationToken token)
    {
        if (builtIn.IsHere(name))
        {
            return builtIn.Describe(name).TryGet(out DatasetInfo? info, out string? reason)
                ? new BuiltInStatus.Here(info)
                : new BuiltInStatus.Unavailable(reason);
        }

        return await fetches.FindAsync(name, token) switch
        {
            { Stored: { } row } => new BuiltInStatus.Stored(row),
            { IsPending: true } => new BuiltInStatus.Pending(IsRequested: true),
            { Fault: { } fault } => new BuiltInStatus.Unavailable(fault),
            _ when builtIn.Mirrored(name).Mirrors.Count > 0 => new BuiltInStatus.Pending(IsRequested: false),
            _ => new BuiltInStatus.Unavailable(builtIn.Missing(name, fault: null)),
        };
    }

    /// <summary>Why no job may be made on a data set that is there by its name; null where one may.</summary>
    public async Task<string?> FaultAsync(string name, CancellationToken token) =>
        IsBuiltIn(name) && await StatusAsync(name, token) is BuiltInStatus.Unavailable unavailable ? unavailable.Reason : null;

    /// <summary>The data set for a job, or why it cannot be had. One that is not here is asked for, and never waited for.</summary>
    public async Task<Result<Dataset, DatasetFault>> LoadAsync(string name, CancellationToken token) =>
        builtIn.IsHere(name) ? Here(await builtIn.LoadAsync(name, token))
        : await stored.FindAsync(name, token) is { } row ? await StoredAsync(row, mayRequest: true, evenIfFailed: true, token)
        : IsBuiltIn(name) ? await RequestAsync(name, damaged: null, evenIfFailed: true, token)
        : DatasetFault.Unavailable($"There is no data set '{name}' any more. PUT it again.");

    /// <summary>The data set for a request that only reads, or why it cannot be had.</summary>
    /// <param name="mayRequest">Whether the caller may have it fetched where it is not here.</param>
    public async Task<Result<Dataset, DatasetFault>> AskAsync(string name, bool mayRequest, CancellationToken token)
    {
        if (builtIn.IsHere(name))
        {
            return Here(await builtIn.LoadAsync(name, token));
        }

        if (await stored.FindAsync(name, token) is { } row)
        {
            return await StoredAsync(row, mayRequest, evenIfFailed: false, token);
        }

        if (!IsBuiltIn(name))
        {
            return new DatasetFault(DatasetFaultKind.NotFound, $"There is no data set '{name}'.");
        }

        return await StatusAsync(name, token) switch
        {
            BuiltInStatus.Unavailable unavailable => DatasetFault.Unavailable(unavailable.Reason),
            BuiltInStatus.Pending { IsRequested: false } when mayRequest => await RequestAsync(
                name,
                damaged: null,
                evenIfFailed: false,
                token),
            BuiltInStatus.Pending { IsRequested: false } => DatasetFault.Unavailable(
                $"{name} is not here yet. It is fetched once a job on it is made, with the role operator: POST /v1/training-jobs."),
            _ => Fetching(name),
        };
    }

    private static Result<Dataset, DatasetFault> Here(Result<Dataset, string> load) =>
        load.TryGet(out Dataset? dataset, out string? reason) ? dataset : DatasetFault.Unavailable(reason);

    private static DatasetFault Fetching(string name) =>
        new(DatasetFaultKind.Pending, $"{name} is being fetched, which takes a minute or so. Ask again then.");

    private async Task<Result<Dataset, DatasetFault>> StoredAsync(
        DatasetRow row,
        bool mayRequest,
        bool evenIfFailed,
        CancellationToken token)
    {
        Result<Dataset, string> load = await cache.LoadAsync(row, token);
        return !load.TryGet(out _, out _) && IsBuiltIn(row.Name) && mayRequest
            ? await RequestAsync(row.Name, row.Id, evenIfFailed, token)
            : Here(load);
    }

    private async Task<DatasetFault> RequestAsync(string name, Guid? damaged, bool evenIfFailed, CancellationToken token) =>
        await fetches.RequestAsync(name, damaged, evenIfFailed, token) == FetchRequest.Refused
            ? DatasetFault.Unavailable((await fetches.FindAsync(name, token)).Fault ?? builtIn.Missing(name, fault: null))
            : Fetching(name);
}
