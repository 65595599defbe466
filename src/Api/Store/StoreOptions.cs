using System.ComponentModel.DataAnnotations;

namespace AutoencoderApi.Api.Store;

/// <summary>Where jobs, metrics and checkpoints are kept.</summary>
internal sealed class StoreOptions
{
    public const string Section = "Store";

    /// <summary>Holds the SQLite file and, unless configured elsewhere, the data sets. Made where it is missing.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = "./data";
}
