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

    /// <summary>Reads one of <see cref="Files"/>; null where it is missing.</summary>
    private delegate (string Path, IdxRead Content)? ReadFile(string file, int rank);

    /// <summary>Images with a label each, [Count, 28, 28] bytes, which are empty where only the header was read.</summary>
    private sealed record Pair(int Count, ReadOnlyMemory<byte> Pixels, ReadOnlyMemory<byte> Labels)
    {
        public DatasetSplit Images => new(new(1, Side, Side), Pixels, Labels);
    }

    /// <summary>Those of <see cref="Files"/> that the folder has in no form.</summary>
    public static IReadOnlyList<string> Missing(string folder) => [.. Files.Where(file => Find(folder, file) is null)];

    /// <summary>How to fill such a folder, in words.</summary>
    public static string ToFill => $"Put {string.Join(", ", Files.SkipLast(1))} and {Files[^1]} there, each plain or with .gz.";

    /// <summary>Another string once one of the files is another one.</summary>
    public static string Stamp(string folder) => string.Join('|', Files.Select(file => Find(folder, file) is { } path && new FileInfo(path) is var found
        ? FormattableString.Invariant($"{path}:{found.Length}:{found.LastWriteTimeUtc.Ticks}")
        : ""));

    public static DatasetLoad Load(string name, string folder) => Load(name, folder, ReadFrom(folder, IdxFile.Read));

    /// <param name="source">What to call the place of the files in a fault.</param>
    /// <param name="open">Opens one of <see cref="Files"/>, unpacked.</param>
    public static DatasetLoad Load(string name, string source, Func<string, Stream> open)
    {
        return Load(name, source, Read);

        (string, IdxRead)? Read(string file, int rank)
        {
            using Stream stream = open(file);
            return (file, IdxFile.Read(stream, file, IdxFile.MaxBytes, [rank]));
        }
    }

    /// <summary>What is known of the folder's data set from its labels and the headers of its images: no image is read.</summary>
    public static (DatasetInfo? Info, string? Fault) Describe(string name, string folder)
    {
        ReadFile read = ReadFrom(folder, IdxFile.Read);
        ReadFile readHeader = ReadFrom(folder, IdxFile.ReadHeader);
        (Pair? train, Pair? test, string? fault) = ReadPairs(name, folder, (file, rank) => rank == 1 ? read(file, rank) : readHeader(file, rank));
        if (fault is not null)
        {
            return (null, fault);
        }

        byte[] labels = [.. train!.Labels.Span, .. test!.Labels.Span];
        return (new DatasetInfo(new(1, Side, Side), train.Count - ValidationCount, ValidationCount, test.Count, labels), null);
    }

    private static DatasetLoad Load(string name, string source, ReadFile read)
    {
        (Pair? train, Pair? test, string? fault) = ReadPairs(name, source, read);
        if (fault is not null)
        {
            return new DatasetLoad.Unavailable(fault);
        }

        DatasetSplit images = train!.Images;
        return new DatasetLoad.Loaded(new Dataset(name, images.Slice(ValidationCount, train.Count - ValidationCount), images.Slice(0, ValidationCount), test!.Images));
    }

    private static (Pair? Train, Pair? Test, string? Fault) ReadPairs(string name, string source, ReadFile read)
    {
        (Pair? train, string? trainFault) = ReadPair(source, "train", read);
        (Pair? test, string? testFault) = ReadPair(source, "t10k", read);
        string? fault = trainFault ?? testFault
            ?? (train!.Count > ValidationCount ? null : $"the training file in {source} has {train.Count} images; more than {ValidationCount} are needed.");
        return (train, test, fault is null ? null : $"{name}: {fault}");
    }

    private static (Pair? Pair, string? Fault) ReadPair(string source, string part, ReadFile read)
    {
        if (read($"{part}-images-idx3-ubyte", 3) is not var (imagesPath, imagesRead) || read($"{part}-labels-idx1-ubyte", 1) is not var (labelsPath, labelsRead))
        {
            return (null, $"{source} lacks {part}-images-idx3-ubyte or {part}-labels-idx1-ubyte. {ToFill}");
        }

        return (imagesRead, labelsRead) switch
        {
            (IdxRead.Invalid images, _) => (null, images.Reason),
            (_, IdxRead.Invalid labels) => (null, labels.Reason),
            (IdxRead.Array { Dimensions: [var count, Side, Side] } images, IdxRead.Array labels) when labels.Data.Length == count => Checked(count, images.Data, labels.Data, labelsPath),
            (IdxRead.Array images, IdxRead.Array labels) => (null,
                $"{imagesPath} has dimensions {string.Join("×", images.Dimensions)} and {labelsPath} has {labels.Data.Length} labels; 28×28 images with a label each are needed."),
            _ => throw new InvalidOperationException("unreachable"),
        };
    }

    private static (Pair? Pair, string? Fault) Checked(int count, ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, string labelsPath) =>
        labels.Span.IndexOfAnyInRange((byte)Classes, byte.MaxValue) is var wrong and >= 0
            ? (null, $"{labelsPath} has the label {labels.Span[wrong]} at {wrong}; labels are 0 to {Classes - 1}.")
            : (new Pair(count, pixels, labels), null);

    private static ReadFile ReadFrom(string folder, Func<string, int, IdxRead> read) =>
        (file, rank) => Find(folder, file) is { } path ? (path, read(path, rank)) : null;

    private static string? Find(string folder, string file) =>
        ((string[])[file, file.Replace("-idx", ".idx", StringComparison.Ordinal)])
            .SelectMany(name => (string[])[name, $"{name}.gz"])
            .Select(name => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
