using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>The loss of one job at one step.</summary>
internal sealed class MetricRow
{
    public Guid JobId { get; init; }

    public int Step { get; init; }

    public double TrainLoss { get; init; }

    public double ValidationLoss { get; init; }

    public double DeadUnits { get; init; }

    public double ElapsedSeconds { get; init; }

    /// <summary>The job's version that this write made: the point's place among the events of the job.</summary>
    public long Version { get; init; }
}

internal sealed class MetricRowConfiguration : IEntityTypeConfiguration<MetricRow>
{
    public void Configure(EntityTypeBuilder<MetricRow> metric)
    {
        metric.ToTable("metrics").HasKey(row => new { row.JobId, row.Step });
        metric.HasIndex(row => new { row.JobId, row.Version });
        metric.HasOne<JobRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
    }
}
