using System.ComponentModel.DataAnnotations;

namespace AutoencoderApi.Api.Datasets;

/// <summary>Where the files of MNIST and Fashion-MNIST lie, and where the processes that answer calls fetch them from.</summary>
internal sealed class DatasetOptions : IValidatableObject
{
    public const string Section = "Datasets";

    public FolderOptions Mnist { get; set; } = new();

    public FolderOptions FashionMnist { get; set; } = new();

    /// <summary>Seconds that a mirror may be silent before the next one is asked.</summary>
    [Range(1, 300)]
    public int DownloadTimeoutSeconds { get; set; } = 15;

    /// <summary>
    /// Mebibytes of uploaded data sets that a process keeps in memory; the one last asked for it keeps in any case. By default a quarter of
    /// the memory that the process may have, 512 at most.
    /// </summary>
    [Range(0, 65_536)]
    public int CacheSizeMiB { get; set; } = (int)Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 22, 512);

    internal sealed class FolderOptions
    {
        /// <summary>Holds the four IDX files, gzip or plain; by default <c>datasets/NAME</c> in the store's folder.</summary>
        public string? Folder { get; set; }

        /// <summary>
        /// Addresses under which the files lie as <c>train-images-idx3-ubyte.gz</c> and so on, tried in their order; null takes
        /// the well-known ones, and none that is not empty turns downloads off.
        /// </summary>
        public string[]? Mirrors { get; set; }
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from mirror in (Mnist.Mirrors ?? []).Concat(FashionMnist.Mirrors ?? [])
        where !string.IsNullOrWhiteSpace(mirror) && !IsWeb(mirror)
        select new ValidationResult($"Datasets: the mirror '{mirror}' is not an http or https address.");

    private static bool IsWeb(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
