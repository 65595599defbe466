namespace AutoencoderApi.Api.Datasets;

/// <summary>Where the data sets lie.</summary>
internal sealed class DatasetOptions
{
    public const string Section = "Datasets";

    public FolderOptions Mnist { get; set; } = new();

    public FolderOptions FashionMnist { get; set; } = new();

    internal sealed class FolderOptions
    {
        /// <summary>Holds the four IDX files, gzip or plain; by default <c>datasets/NAME</c> in the store's folder.</summary>
        public string? Folder { get; set; }
    }
}
