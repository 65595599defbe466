using AutoencoderApi.Domain.Evaluations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// What an evaluation is of, and what it has found. Its status is that of its job, whose id it has. It outlives its checkpoint.
/// </summary>
internal sealed class EvaluationRow
{
    public const string NoDataset = "";

    public required Guid JobId { get; init; }

    public required Guid CheckpointId { get; init; }

    public required string Dataset { get; init; }

    public required string Split { get; init; }

    /// <summary>The data set whose images are taken for anomalous; <see cref="NoDataset"/> for none.</summary>
    public required string Against { get; init; }

    /// <summary>Null until it is known.</summary>
    public EvaluationResult? Result { get; set; }

    /// <summary>Of its files.</summary>
    public long Bytes { get; set; }
}

/// <summary>A file of an evaluation, apart from its row so that lists never read it.</summary>
internal sealed class EvaluationFileRow
{
    /// <summary>Each image's loss: float32, little-endian.</summary>
    public const string Losses = "losses";

    /// <summary>See <see cref="Evaluations.MapFile"/>.</summary>
    public const string Map = "map";

    public required Guid JobId { get; init; }

    public required string Name { get; init; }

    public required byte[] Content { get; init; }
}

/// <summary>What was measured on a data set beside any network; see <see cref="Training.Evaluations.DatasetBaseline"/>.</summary>
internal sealed class DatasetBaselineRow
{
    /// <summary>The number of components that stands for the pixels themselves.</summary>
    public const int Pixels = 0;

    /// <summary>Of the data set's content.</summary>
    public required string Fingerprint { get; init; }

    public required string Split { get; init; }

    /// <summary>Of the PCA; <see cref="Pixels"/> for the pixels.</summary>
    public int Components { get; init; }

    /// <summary>Accuracy of nearest neighbours; null without labels. So the next.</summary>
    public double? Knn { get; init; }

    public double? Ridge { get; init; }

    /// <summary>Mean squared error per pixel.</summary>
    public double Loss { get; init; }
}

internal sealed class EvaluationRowConfiguration
    : IEntityTypeConfiguration<EvaluationRow>, IEntityTypeConfiguration<EvaluationFileRow>, IEntityTypeConfiguration<DatasetBaselineRow>
{
    public void Configure(EntityTypeBuilder<EvaluationRow> evaluation)
    {
        evaluation.ToTable("evaluations").HasKey(row => row.JobId);
        evaluation.HasOne<JobRow>().WithOne().HasForeignKey<EvaluationRow>(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
        evaluation.HasIndex(row => new { row.CheckpointId, row.Dataset, row.Split, row.Against }).IsUnique();
        evaluation.Property(row => row.Result).HasJsonConversion();
    }

    public void Configure(EntityTypeBuilder<EvaluationFileRow> file)
    {
        file.ToTable("evaluation_files").HasKey(row => new { row.JobId, row.Name });
        file.HasOne<EvaluationRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<DatasetBaselineRow> baseline) =>
        baseline.ToTable("dataset_baselines").HasKey(row => new { row.Fingerprint, row.Split, row.Components });
}
