using System.Globalization;
using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Datasets;

/// <summary>A data set as the store keeps it: the images of train, validation and test one after another, then their labels.</summary>
internal static class DatasetContent
{
    /// <summary>What a store of many small rows, and one that sends each row whole, can both carry.</summary>
    private const int ChunkBytes = 4 << 20;

    /// <summary>The row of a data set that is yet to be stored.</summary>
    /// <param name="labels">What each label is called, by its value; null where there are none.</param>
    public static DatasetRow Row(string name, SplitSelections splits, IReadOnlyList<string>? labels)
    {
        TensorShape shape = splits.Train.From.Shape;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int bytes = 0;
        foreach (byte[] chunk in Chunks(splits))
        {
            hash.AppendData(chunk);
            bytes += chunk.Length;
        }

        return new DatasetRow
        {
            Id = Guid.CreateVersion7(),
            Name = name,
            Channels = shape.Channels,
            Height = shape.Height,
            Width = shape.Width,
            Train = splits.Train.Order.Length,
            Validation = splits.Validation.Order.Length,
            Test = splits.Test.Order.Length,
            Labels = labels is null ? [] : CountLabels(Labels(splits), labels),
            Bytes = bytes,
            Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset()),
            CreatedAt = DateTime.UtcNow,
        };
    }

    /// <summary>The content in pieces of at most 4 MiB, each an array of its own.</summary>
    public static IEnumerable<byte[]> Chunks(SplitSelections splits)
    {
        int size = splits.Train.From.PixelsPerImage, perChunk = ChunkBytes / size;
        foreach ((DatasetSplit From, int Index)[] some in Images(splits).Chunk(perChunk))
        {
            byte[] chunk = new byte[some.Length * size];
            for (int i = 0; i < some.Length; i++)
            {
                some[i].From.Image(some[i].Index).CopyTo(chunk.AsSpan(i * size));
            }

            yield return chunk;
        }

        foreach (byte[] labels in Labels(splits).Chunk(ChunkBytes))
        {
            yield return labels;
        }
    }

    /// <param name="content">Of <see cref="DatasetRow.Bytes"/> bytes; not copied.</param>
    public static Dataset Dataset(DatasetRow row, ReadOnlyMemory<byte> content)
    {
        TensorShape shape = row.Shape;
        int pixels = (row.Train + row.Validation + row.Test) * shape.Count;
        DatasetSplit all = new DatasetSplit(shape, content[..pixels], content[pixels..]);
        return new Dataset(
            row.Name,
            all.Slice(0, row.Train),
            all.Slice(row.Train, row.Validation),
            all.Slice(row.Train + row.Validation, row.Test))
        {
            HasLabels = row.Labels.Count > 0,
            LabelNames = NamesOf(row.Labels.Keys),
        };
    }

    /// <summary>How many of each label there are, the labels in the order of their values.</summary>
    /// <param name="names">What each is called, by its value.</param>
    public static Dictionary<string, int> CountLabels(IEnumerable<byte> labels, IReadOnlyList<string> names) =>
        labels.CountBy(label => label).OrderBy(count => count.Key).ToDictionary(count => names[count.Key], count => count.Value);

    /// <summary>The folders' names by the values that <see cref="ZipLabels"/> gives them; null where labels are numbers, or none.</summary>
    private static string[]? NamesOf(IEnumerable<string> labels) =>
        labels.All(label => byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? null
            : [.. labels.Order(StringComparer.Ordinal)];

    private static IEnumerable<byte> Labels(SplitSelections splits) => Images(splits).Select(image => image.From.Label(image.Index));

    private static IEnumerable<(DatasetSplit From, int Index)> Images(SplitSelections splits)
    {
        foreach (SplitSelection split in splits.All)
        {
            for (int i = 0; i < split.Order.Length; i++)
            {
                yield return (split.From, split.Order.Span[i]);
            }
        }
    }
}
