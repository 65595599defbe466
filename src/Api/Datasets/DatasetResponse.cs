using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Datasets;

/// <summary>Whether jobs can train on a data set.</summary>
internal enum DatasetStatus
{
    /// <summary>Jobs can train on it.</summary>
    Available,

    /// <summary>
    /// Not downloaded yet: the download starts when an operator creates a job on it or requests one of its images; jobs wait for
    /// it.
    /// </summary>
    Pending,

    /// <summary>It cannot be loaded or downloaded; <c>reason</c> says why.</summary>
    Unavailable,
}

/// <summary>A data set to train on.</summary>
/// <param name="Name">Name of the data set, as in a job's <c>dataset</c>.</param>
/// <param name="BuiltIn">Whether the data set is built in: it can be neither replaced nor deleted.</param>
/// <param name="Status">Whether jobs can train on the data set.</param>
/// <param name="Reason">Cause of the unavailability, and how to resolve it; null otherwise.</param>
/// <param name="Shape">Channels, height, width of each image; null while the data set is not available.</param>
/// <param name="Splits">Number of images in each split; empty while the data set is not available.</param>
/// <param name="Labels">
/// Number of images with each label, over all splits. Labels are numbers or names of folders. Empty without labels, or while the data
/// set is not available.
/// </param>
/// <param name="Bytes">Size of images and labels in bytes; null while the data set is not available.</param>
/// <param name="Sha256">SHA-256 of images and labels, in lower-case hexadecimal; null of a built-in data set.</param>
/// <param name="CreatedAt">Time when the data set was stored; null of a built-in one.</param>
internal sealed record DatasetResponse(
    string Name, bool BuiltIn, DatasetStatus Status, string? Reason,
    [property: Length(3, 3)] int[]? Shape, IReadOnlyDictionary<string, int> Splits, IReadOnlyDictionary<string, int> Labels, int? Bytes,
    [property: RegularExpression("^[0-9a-f]{64}$")] string? Sha256, DateTime? CreatedAt)
{
    private static readonly Dictionary<string, int> s_none = [];

    // MNIST and Fashion-MNIST are of one shape and one size, which is known before they are downloaded.
    private static readonly int[] s_pendingShape = [1, 28, 28];
    private static readonly Dictionary<string, int> s_pendingSplits = new()
    {
        ["train"] = 55_000,
        ["validation"] = 5_000,
        ["test"] = 10_000,
    };

    /// <summary>A data set of somebody's own.</summary>
    public static DatasetResponse Of(DatasetRow row) =>
        Stored(row) with
        {
            BuiltIn = false,
            Sha256 = row.Sha256,
            CreatedAt = row.CreatedAt,
        };

    public static DatasetResponse Of(string builtIn, BuiltInStatus status) =>
        status switch
        {
            BuiltInStatus.Here { Info: var info } => Here(
                builtIn,
                info.Shape,
                [info.Train, info.Validation, info.Test],
                DatasetContent.CountLabels(info.Labels.ToArray(), UploadedImages.Numbers),
                info.Labels.Length * (info.Shape.Count + 1)),
            BuiltInStatus.Stored { Row: var row } => Stored(row),
            BuiltInStatus.Unavailable unavailable => new(
                builtIn,
                true,
                DatasetStatus.Unavailable,
                unavailable.Reason,
                null,
                s_none,
                s_none,
                null,
                null,
                null),
            _ => new(builtIn, true, DatasetStatus.Pending, null, s_pendingShape, s_pendingSplits, s_none, null, null, null),
        };

    private static DatasetResponse Stored(DatasetRow row) =>
        Here(row.Name, row.Shape, [row.Train, row.Validation, row.Test], row.Labels, row.Bytes);

    private static DatasetResponse Here(string name, TensorShape shape, int[] counts, IReadOnlyDictionary<string, int> labels, int bytes) =>
        new(
            name,
            BuiltIn: true,
            DatasetStatus.Available,
            Reason: null,
            shape.ToArray(),
            Dataset.Splits.Zip(counts).ToDictionary(split => split.First, split => split.Second),
            labels,
            bytes,
            Sha256: null,
            CreatedAt: null);
}
