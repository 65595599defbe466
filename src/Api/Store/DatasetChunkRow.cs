using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>A piece of a data set's content. All but the last are of one size.</summary>
internal sealed class DatasetChunkRow
{
    public required Guid DatasetId { get; init; }

    public required int Number { get; init; }

    public required byte[] Content { get; init; }
}

internal sealed class DatasetChunkRowConfiguration : IEntityTypeConfiguration<DatasetChunkRow>
{
    public void Configure(EntityTypeBuilder<DatasetChunkRow> chunk)
    {
        chunk.ToTable("dataset_chunks").HasKey(row => new { row.DatasetId, row.Number });
        chunk.HasOne<DatasetRow>().WithMany().HasForeignKey(row => row.DatasetId).OnDelete(DeleteBehavior.Cascade);
    }
}
