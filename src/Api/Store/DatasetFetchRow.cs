using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// Whether a built-in data set is to be fetched into the store, and how that goes; one row for each that can be. Every transaction that
/// relies on it, or changes it, begins with an update of the row, and so waits for the others.
/// </summary>
internal sealed class DatasetFetchRow
{
    public required string Name { get; init; }

    /// <summary>Since when the data set is wanted; null where nobody waits for it.</summary>
    public DateTime? RequestedAt { get; set; }

    /// <summary>Raised by every claim; only the process that knows it may write.</summary>
    public long Fence { get; set; }

    /// <summary>Until when the process that fetches is taken to be alive, by the database's clock; null while none does.</summary>
    public DateTime? LeaseUntil { get; set; }

    /// <summary>Claims for this request. A fetch that ends its processes is known by them.</summary>
    public int Claims { get; set; }

    /// <summary>When the last fetch failed, and why; null where it did not.</summary>
    public DateTime? FailedAt { get; set; }

    public string? Fault { get; set; }

    /// <summary>The stored data set whose bytes were found damaged, so that another takes its place; null where none was.</summary>
    public Guid? ReplacesId { get; set; }
}

internal sealed class DatasetFetchRowConfiguration : IEntityTypeConfiguration<DatasetFetchRow>
{
    public void Configure(EntityTypeBuilder<DatasetFetchRow> fetch)
    {
        fetch.ToTable("dataset_fetches").HasKey(row => row.Name);
        fetch.HasData(new DatasetFetchRow { Name = "mnist" }, new DatasetFetchRow { Name = "fashion-mnist" });
    }
}
