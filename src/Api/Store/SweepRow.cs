using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>One row for all processes: who moves its time forward does the sweep until then.</summary>
internal sealed class SweepRow
{
    public const int OnlyId = 1;

    public int Id { get; init; }

    /// <summary>When the next sweep is due, by the database's clock.</summary>
    public DateTime NextAt { get; set; }
}

internal sealed class SweepRowConfiguration : IEntityTypeConfiguration<SweepRow>
{
    public void Configure(EntityTypeBuilder<SweepRow> sweep)
    {
        sweep.ToTable("sweeps").HasKey(row => row.Id);
        sweep.HasData(new SweepRow { Id = SweepRow.OnlyId, NextAt = DateTime.UnixEpoch });
    }
}
