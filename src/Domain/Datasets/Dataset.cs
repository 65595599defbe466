using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>A named data set in its three splits.</summary>
public sealed record Dataset(string Name, DatasetSplit Train, DatasetSplit Validation, DatasetSplit Test)
{
    public static readonly IReadOnlyList<string> Splits = ["train", "validation", "test"];

    /// <summary>Whether its images have labels; else each has 0.</summary>
    public bool HasLabels { get; init; } = true;

    /// <summary>What each label is called, by its value; null where labels are numbers, or there are none.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>The images of these labels alone.</summary>
    public Dataset Where(int[] labels) =>
        this with { Train = Train.Where(labels), Validation = Validation.Where(labels), Test = Test.Where(labels) };

    /// <summary>Why nothing can be trained on the images of these labels; null where it can.</summary>
    public string? LabelFault(int[] labels)
    {
        if (!HasLabels)
        {
            return $"The images of {Name} have no labels; leave it out, or name a data set that has some.";
        }

        foreach (string name in Splits)
        {
            DatasetSplit split = Split(name)!;
            HashSet<int> there = [.. Enumerable.Range(0, split.Count).Select(i => (int)split.Label(i))];
            if (Array.FindIndex(labels, label => !there.Contains(label)) is >= 0 and var missing)
            {
                return $"{Name} has no image of label {labels[missing]} in its split {name}; there are {string.Join(", ", there.Order())}.";
            }
        }

        return null;
    }

    /// <summary>The split called <paramref name="name"/>, or null where there is none.</summary>
    public DatasetSplit? Split(string name) => name switch
    {
        "train" => Train,
        "validation" => Validation,
        "test" => Test,
        _ => null,
    };
}

/// <summary>What is known of a data set without its images.</summary>
/// <param name="Shape">Of each image.</param>
/// <param name="Train">Images in the split; so the next two.</param>
/// <param name="Labels">One for each image, in any order.</param>
public sealed record DatasetInfo(TensorShape Shape, int Train, int Validation, int Test, ReadOnlyMemory<byte> Labels)
{
    public static DatasetInfo Of(Dataset data)
    {
        DatasetSplit[] splits = [data.Train, data.Validation, data.Test];
        return new DatasetInfo(
            data.Train.Shape, data.Train.Count, data.Validation.Count, data.Test.Count,
            (byte[])[.. splits.SelectMany(split => Enumerable.Range(0, split.Count).Select(split.Label))]);
    }
}
