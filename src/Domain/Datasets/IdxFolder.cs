namespace AutoencoderApi.Domain.Datasets;

/// <summary>A data set as MNIST is distributed: four IDX files in one folder, gzip or plain.</summary>
public static class IdxFolder
{
    /// <summary>Images that are split off for validation: the first of the training file.</summary>
    public const int ValidationCount = 5_000;

    /// <summary>Images in the test file of MNIST, and of Fashion-MNIST.</summary>
    public const int PublishedTestCount = 10_000;

    private const int Side = 28;
    private const int Classes = 10;

    /// <summary>The names that MNIST's files have, less an ending <c>.gz</c>.</summary>
    public static readonly IReadOnlyList<string> Files = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <summary>Those of <see cref="Files"/> that the folder has in no form.</summary>
    public static IReadOnlyList<string> Missing(string folder) => [.. Files.Where(file => Find(folder, file) is null)];

    /// <summary>How to fill such a folder, in words.</summary>
    public static string ToFill => $"Put {string.Join(", ", Files.SkipLast(1))} and {Files[^1]} there, each plain or with .gz.";

    public static DatasetLoad Load(string name, string folder)
    {
        (DigitSet? train, string? trainFault) = LoadPair(folder, "train");
        (DigitSet? test, string? testFault) = LoadPair(folder, "t10k");
        if (train is null || test is null)
        {
            return new DatasetLoad.Unavailable($"{name}: {trainFault ?? testFault}");
        }

        return train.Count > ValidationCount
            ? new DatasetLoad.Loaded(new Dataset(name, train.Slice(ValidationCount, train.Count - ValidationCount), train.Slice(0, ValidationCount), test))
            : new DatasetLoad.Unavailable($"{name}: the training file in {folder} has {train.Count} pictures; more than {ValidationCount} are needed.");
    }

    private static (DigitSet? Set, string? Fault) LoadPair(string folder, string part)
    {
        if (Find(folder, $"{part}-images-idx3-ubyte") is not { } imagesPath || Find(folder, $"{part}-labels-idx1-ubyte") is not { } labelsPath)
        {
            return (null, $"{folder} lacks {part}-images-idx3-ubyte or {part}-labels-idx1-ubyte. {ToFill}");
        }

        return (IdxFile.Read(imagesPath, rank: 3), IdxFile.Read(labelsPath, rank: 1)) switch
        {
            (IdxRead.Invalid images, _) => (null, images.Reason),
            (_, IdxRead.Invalid labels) => (null, labels.Reason),
            (IdxRead.Array { Dimensions: [var count, Side, Side] } images, IdxRead.Array labels) when labels.Data.Length == count => Checked(images.Data, labels.Data, labelsPath),
            (IdxRead.Array images, IdxRead.Array labels) => (null,
                $"{imagesPath} has dimensions {string.Join("×", images.Dimensions)} and {labelsPath} has {labels.Data.Length} labels; 28×28 pictures with a label each are needed."),
            _ => throw new InvalidOperationException("unreachable"),
        };
    }

    private static (DigitSet? Set, string? Fault) Checked(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, string labelsPath) =>
        labels.Span.IndexOfAnyInRange((byte)Classes, byte.MaxValue) is var wrong and >= 0
            ? (null, $"{labelsPath} has the label {labels.Span[wrong]} at {wrong}; labels are 0 to {Classes - 1}.")
            : (new DigitSet(new(1, Side, Side), pixels, labels), null);

    private static string? Find(string folder, string file) =>
        ((string[])[file, file.Replace("-idx", ".idx", StringComparison.Ordinal)])
            .SelectMany(name => (string[])[name, $"{name}.gz"])
            .Select(name => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
