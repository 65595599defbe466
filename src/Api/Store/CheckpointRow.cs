using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>What is known of a checkpoint without reading its file.</summary>
internal sealed class CheckpointRow
{
    public required Guid Id { get; init; }

    /// <summary>The job that wrote it; null where it was imported.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The name that its importer gave it.</summary>
    public string? Name { get; init; }

    public Architecture Architecture { get; init; }

    public required TrainingSettings Settings { get; init; }

    public int Step { get; init; }

    public required Losses Losses { get; init; }

    /// <summary>Seconds of training up to here, over all attempts.</summary>
    public double ElapsedSeconds { get; init; }

    public int Bytes { get; init; }

    /// <summary>Of the file, in lower-case hexadecimal; checked at each load.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Of the data set's content, in lower-case hexadecimal; null where it is not known.</summary>
    public string? DatasetSha256 { get; init; }

    /// <summary>
    /// The checkpoint that training went on from: the one before it of its job, or the one whose weights the job starts from; null where
    /// it began with the seed, or where that is not known.
    /// </summary>
    public Guid? ParentId { get; set; }

    /// <summary>Of the parent's file; it outlives the parent.</summary>
    public string? ParentSha256 { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>
    /// The job's version that this write made: the checkpoint's place among the events of the job; 0 where it was
    /// imported.
    /// </summary>
    public long Version { get; set; }

    /// <summary>How it was made, of an example, which no store has; null of all others.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>A name to save a file of this checkpoint by.</summary>
    public string FileName(string ending) => $"{JsonConventions.Name(Architecture)}-{Step}-{Id}.{ending}";
}

internal sealed class CheckpointRowConfiguration : IEntityTypeConfiguration<CheckpointRow>
{
    public void Configure(EntityTypeBuilder<CheckpointRow> checkpoint)
    {
        checkpoint.ToTable("checkpoints").HasKey(row => row.Id);
        checkpoint
            .Property(row => row.Architecture)
            .HasConversion(value => JsonConventions.Name(value), name => JsonConventions.Parse<Architecture>(name)!.Value);
        checkpoint.Property(row => row.Settings).HasJsonConversion();
        checkpoint.Ignore(row => row.Provenance);
        checkpoint.ComplexProperty(row => row.Losses);
        checkpoint.HasOne<JobRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
        checkpoint.HasIndex(row => new { row.JobId, row.Id });
        checkpoint.HasIndex(row => new { row.JobId, row.Version });
        checkpoint.HasIndex(row => new { row.Architecture, row.Id });
    }
}
