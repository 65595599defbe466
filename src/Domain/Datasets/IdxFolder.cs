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
    public static readonly IReadOnlyList<string> Files =
    [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];

    /// <summary>Reads one of <see cref="Files"/>; null where it is missing.</summary>
    private delegate (string Path, Result<IdxArray, string> Content)? ReadFile(string file, int rank);

    /// <summary>Images with a label each, [Count, 28, 28] bytes, which are empty where only the header was read.</summary>
    private sealed record Pair(int Count, ReadOnlyMemory<byte> Pixels, ReadOnlyMemory<byte> Labels)
    {
        public DatasetSplit Images => new(new(1, Side, Side), Pixels, Labels);
    }

    private sealed record Pairs(Pair Train, Pair Test);

    /// <summary>Those of <see cref="Files"/> that the folder has in no form.</summary>
    public static IReadOnlyList<string> Missing(string folder) => [.. Files.Where(file => Find(folder, file) is null)];

    /// <summary>How to fill such a folder, in words.</summary>
    public static string ToFill => $"Put {string.Join(", ", Files.SkipLast(1))} and {Files[^1]} there, each plain or with .gz.";

    /// <summary>Another string once one of the files is another one.</summary>
    public static string Stamp(string folder) =>
        string.Join(
            '|',
            Files.Select(file =>
                Find(folder, file) is { } path && new FileInfo(path) is var found
                    ? FormattableString.Invariant($"{path}:{found.Length}:{found.LastWriteTimeUtc.Ticks}")
                    : ""));

    /// <returns>The data set, or which of its files is wrong.</returns>
    public static Result<Dataset, string> Load(string name, string folder) => Load(name, folder, ReadFrom(folder, IdxFile.Read));

    /// <param name="source">What to call the place of the files in a fault.</param>
    /// <param name="open">Opens one of <see cref="Files"/>, unpacked.</param>
    public static Result<Dataset, string> Load(string name, string source, Func<string, Stream> open)
    {
        return Load(name, source, Read);

        (string, Result<IdxArray, string>)? Read(string file, int rank)
        {
            using Stream stream = open(file);
            return (file, IdxFile.Read(stream, file, rank));
        }
    }

    /// <summary>What is known of the folder's data set from its labels and the headers of its images: no image is read.</summary>
    public static Result<DatasetInfo, string> Describe(string name, string folder)
    {
        ReadFile read = ReadFrom(folder, IdxFile.Read),
            readHeader = ReadFrom(folder, IdxFile.ReadHeader);
        if (!ReadPairs(name, folder, (file, rank) => rank == 1 ? read(file, rank) : readHeader(file, rank))
                .TryGet(out Pairs? pairs, out string? fault))
        {
            return fault;
        }

        byte[] labels = [.. pairs.Train.Labels.Span, .. pairs.Test.Labels.Span];
        return new DatasetInfo(new(1, Side, Side), pairs.Train.Count - ValidationCount, ValidationCount, pairs.Test.Count, labels);
    }

    private static Result<Dataset, string> Load(string name, string source, ReadFile read)
    {
        if (!ReadPairs(name, source, read).TryGet(out Pairs? pairs, out string? fault))
        {
            return fault;
        }

        DatasetSplit images = pairs.Train.Images;
        return new Dataset(
            name, images.Slice(ValidationCount, pairs.Train.Count - ValidationCount), images.Slice(0, ValidationCount), pairs.Test.Images);
    }

    private static Result<Pairs, string> ReadPairs(string name, string source, ReadFile read)
    {
        if (!ReadPair(source, "train", read).TryGet(out Pair? train, out string? fault)
            || !ReadPair(source, "t10k", read).TryGet(out Pair? test, out fault))
        {
            return $"{name}: {fault}";
        }

        return train.Count > ValidationCount
            ? new Pairs(train, test)
            : $"{name}: the training file in {source} has {train.Count} images; more than {ValidationCount} are needed.";
    }

    private static Result<Pair, string> ReadPair(string source, string part, ReadFile read)
    {
        if (read($"{part}-images-idx3-ubyte", 3) is not var (imagesPath, imagesRead)
            || read($"{part}-labels-idx1-ubyte", 1) is not var (labelsPath, labelsRead))
        {
            return $"{source} lacks {part}-images-idx3-ubyte or {part}-labels-idx1-ubyte. {ToFill}";
        }

        if (!imagesRead.TryGet(out IdxArray? images, out string? fault) || !labelsRead.TryGet(out IdxArray? labels, out fault))
        {
            return fault;
        }

        if (images.Dimensions is not [var count, Side, Side] || labels.Data.Length != count)
        {
            return $"{imagesPath} has dimensions {string.Join("×", images.Dimensions)} and {labelsPath} has {labels.Data.Length} "
                + "labels; 28×28 images with a label each are needed.";
        }

        return labels.Data.Span.IndexOfAnyInRange((byte)Classes, byte.MaxValue) is var wrong and >= 0
            ? $"{labelsPath} has the label {labels.Data.Span[wrong]} at {wrong}; labels are 0 to {Classes - 1}."
            : new Pair(count, images.Data, labels.Data);
    }

    private static ReadFile ReadFrom(string folder, Func<string, int, Result<IdxArray, string>> read) =>
        (file, rank) => Find(folder, file) is { } path ? (path, read(path, rank)) : null;

    private static string? Find(string folder, string file) =>
        ((string[])[file, file.Replace("-idx", ".idx", StringComparison.Ordinal)])
            .SelectMany(name => (string[])[name, $"{name}.gz"])
            .Select(name => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
