using AutoencoderApi.Domain.Networks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// What is known of a stored data set without reading its images: of an uploaded one, and of a built-in one that was fetched. It never
/// changes: to replace one is to delete it and store another.
/// </summary>
internal sealed class DatasetRow
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public int Channels { get; init; }

    public int Height { get; init; }

    public int Width { get; init; }

    public TensorShape Shape => new(Channels, Height, Width);

    /// <summary>Images in the split; so the next two.</summary>
    public int Train { get; init; }

    public int Validation { get; init; }

    public int Test { get; init; }

    /// <summary>Images by label; empty where they have none.</summary>
    public required Dictionary<string, int> Labels { get; init; }

    /// <summary>Of the content: the images channel by channel and row by row, split after split, then a label for each.</summary>
    public int Bytes { get; init; }

    /// <summary>Of the content, in lower-case hexadecimal; checked at each load.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What the images are known by.</summary>
    public string Fingerprint => FingerprintOf(Sha256, Shape, Train, Validation, Test);

    public DateTime CreatedAt { get; init; }

    /// <summary>When a job was last made on it. That write is what a deletion at the same moment has to wait for.</summary>
    public DateTime? UsedAt { get; init; }

    public static string FingerprintOf(string sha256, TensorShape shape, int train, int validation, int test) =>
        $"{sha256} {shape} {train}+{validation}+{test}";
}

internal sealed class DatasetRowConfiguration : IEntityTypeConfiguration<DatasetRow>
{
    public void Configure(EntityTypeBuilder<DatasetRow> dataset)
    {
        dataset.ToTable("datasets").HasKey(row => row.Id);
        dataset.HasIndex(row => row.Name).IsUnique();
        dataset.Property(row => row.Labels).HasJsonConversion();
    }
}
