using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What can be trained on.</summary>
/// <param name="Name">What jobs and pictures take for it.</param>
/// <param name="BuiltIn">Whether every service has it; such a one cannot be replaced or deleted.</param>
/// <param name="Available">Whether it can be trained on here.</param>
/// <param name="Unavailable">Why not, and what to do; null where it is available.</param>
/// <param name="Awaited">Whether it is downloaded first, when a job or a picture next asks for it.</param>
/// <param name="Shape">Channels, height, width of each picture; null where it is not available.</param>
/// <param name="Splits">Pictures in each split; empty where it is not available.</param>
/// <param name="Labels">
/// Pictures with each label, over all splits, in the order of the labels' values: numbers, or the names of the folders that the pictures
/// lay in; empty where they have none, or the data set is not here.
/// </param>
/// <param name="Bytes">Of its pictures and labels, as they are stored or held in memory; null where it is not here.</param>
/// <param name="Sha256">Of those bytes, in lower-case hexadecimal; null of a built-in one.</param>
/// <param name="CreatedAt">When it was stored; null of a built-in one.</param>
internal sealed record DatasetResponse(
    string Name, bool BuiltIn, bool Available, string? Unavailable, bool Awaited, [property: Length(3, 3)] int[]? Shape, IReadOnlyDictionary<string, int> Splits, IReadOnlyDictionary<string, int> Labels,
    int? Bytes, [property: RegularExpression("^[0-9a-f]{64}$")] string? Sha256, DateTime? CreatedAt)
{
    private static readonly Dictionary<string, int> s_none = [];

    // MNIST and Fashion-MNIST are of one shape and one size, which is known before they are downloaded.
    private static readonly int[] s_awaitedShape = [1, 28, 28];
    private static readonly Dictionary<string, int> s_awaitedSplits = new() { ["train"] = 55_000, ["validation"] = 5_000, ["test"] = 10_000 };

    public static DatasetResponse Of(DatasetRow row) => new(
        row.Name, BuiltIn: false, Available: true, Unavailable: null, Awaited: false, row.Shape.ToArray(),
        new Dictionary<string, int> { ["train"] = row.Train, ["validation"] = row.Validation, ["test"] = row.Test }, row.Labels, row.Bytes, row.Sha256, row.CreatedAt);

    public static DatasetResponse Of(string builtIn, DatasetLoad load) => load switch
    {
        DatasetLoad.Loaded { Dataset: var data } => Of(data),
        DatasetLoad.Unavailable unavailable => new(builtIn, true, false, unavailable.Reason, false, null, s_none, s_none, null, null, null),
        DatasetLoad.Awaited => new(builtIn, true, true, null, true, s_awaitedShape, s_awaitedSplits, s_none, null, null, null),
        _ => throw new InvalidOperationException("unreachable"),
    };

    private static DatasetResponse Of(Dataset data)
    {
        DigitSet[] splits = [.. Dataset.Splits.Select(split => data.Split(split)!)];
        return new(
            data.Name, true, true, null, false, data.Train.Shape.ToArray(), Dataset.Splits.Zip(splits).ToDictionary(split => split.First, split => split.Second.Count),
            DatasetContent.CountLabels(
                splits.SelectMany(split => Enumerable.Range(0, split.Count).Select(split.Label)), UploadedPictures.Numbers),
            splits.Sum(split => split.Count * (split.PixelsPerImage + 1)), null, null);
    }
}
