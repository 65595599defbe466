namespace AutoencoderApi.Api.Datasets;

/// <summary>A file as mirrors have it, under its name and <c>.gz</c>.</summary>
/// <param name="Sha256">In lower-case hexadecimal.</param>
/// <param name="IsOfGzip">Whether the sum is that of the packed file.</param>
internal sealed record MirroredFile(string Name, string Sha256, bool IsOfGzip);

/// <summary>A data set in MNIST's four files that may be downloaded, with the checksums that its files must have.</summary>
/// <param name="Setting">Its section under <c>Datasets</c>.</param>
internal sealed record MirroredSet(string Name, string Setting, IReadOnlyList<string> Mirrors, IReadOnlyList<MirroredFile> Files)
{
    public static readonly MirroredSet Mnist = new(
        "mnist", nameof(DatasetOptions.Mnist),
        ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
        [ // of the unpacked files: the wrappers on the mirrors differ
            new("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", IsOfGzip: false),
            new("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", IsOfGzip: false),
            new("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", IsOfGzip: false),
            new("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", IsOfGzip: false),
        ]);

    public static readonly MirroredSet FashionMnist = new(
        "fashion-mnist",
        nameof(DatasetOptions.FashionMnist),
        [
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ],
        [ // of the files as Zalando Research publishes them
            new("train-images-idx3-ubyte", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", IsOfGzip: true),
            new("train-labels-idx1-ubyte", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", IsOfGzip: true),
            new("t10k-images-idx3-ubyte", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", IsOfGzip: true),
            new("t10k-labels-idx1-ubyte", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", IsOfGzip: true),
        ]);

    /// <summary>The set with the mirrors that are configured, where any are.</summary>
    public MirroredSet WithMirrors(string[]? configured) =>
        configured is null ? this : this with { Mirrors = [.. configured.Where(mirror => !string.IsNullOrWhiteSpace(mirror))] };
}
