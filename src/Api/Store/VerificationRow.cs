using AutoencoderApi.Domain.Verifications;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// What a verification is of, and what it has found. Its status is that of its job, whose id it has. It outlives its checkpoint.
/// </summary>
internal sealed class VerificationRow
{
    public required Guid JobId { get; init; }

    public required Guid CheckpointId { get; init; }

    /// <summary>Of the checkpoint's file when the verification was requested.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Null until it is known.</summary>
    public VerificationResult? Result { get; set; }
}

internal sealed class VerificationRowConfiguration : IEntityTypeConfiguration<VerificationRow>
{
    public void Configure(EntityTypeBuilder<VerificationRow> verification)
    {
        verification.ToTable("verifications").HasKey(row => row.JobId);
        verification.HasOne<JobRow>().WithOne().HasForeignKey<VerificationRow>(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
        verification.Property(row => row.Result).HasJsonConversion();
        verification.HasIndex(row => new { row.CheckpointId, row.JobId });
    }
}
