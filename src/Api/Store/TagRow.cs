using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>A name that somebody has given to a checkpoint, which cannot be deleted meanwhile.</summary>
internal sealed class TagRow
{
    public required string Name { get; init; }

    public Guid CheckpointId { get; init; }

    /// <summary>Another one after every move; what a guarded move is compared with.</summary>
    public Guid Revision { get; init; }

    public DateTime MovedAt { get; init; }
}

internal sealed class TagRowConfiguration : IEntityTypeConfiguration<TagRow>
{
    public void Configure(EntityTypeBuilder<TagRow> tag)
    {
        tag.ToTable("tags").HasKey(row => row.Name);
        tag.HasOne<CheckpointRow>().WithMany().HasForeignKey(row => row.CheckpointId).OnDelete(DeleteBehavior.Restrict);
    }
}
