using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>A checkpoint's safetensors file, apart from its row so that lists never read it.</summary>
internal sealed class CheckpointFileRow
{
    public required Guid CheckpointId { get; init; }

    public required byte[] Content { get; init; }
}

internal sealed class CheckpointFileRowConfiguration : IEntityTypeConfiguration<CheckpointFileRow>
{
    public void Configure(EntityTypeBuilder<CheckpointFileRow> file)
    {
        file.ToTable("checkpoint_files").HasKey(row => row.CheckpointId);
        file.HasOne<CheckpointRow>().WithOne().HasForeignKey<CheckpointFileRow>(row => row.CheckpointId).OnDelete(DeleteBehavior.Cascade);
    }
}
