using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>A job's weights at one step: a frame of the film of its learning.</summary>
internal sealed class FilmFrameRow
{
    public Guid JobId { get; init; }

    public int Step { get; init; }

    public int Bytes { get; init; }

    /// <summary>Of the content, in lower-case hexadecimal; checked at each load.</summary>
    public required string Sha256 { get; init; }

    /// <summary>A checkpoint's safetensors file without optimizer state and losses.</summary>
    public required byte[] Content { get; init; }
}

internal sealed class FilmFrameRowConfiguration : IEntityTypeConfiguration<FilmFrameRow>
{
    public void Configure(EntityTypeBuilder<FilmFrameRow> frame)
    {
        frame.ToTable("film_frames").HasKey(row => new { row.JobId, row.Step });
        frame.HasOne<JobRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
    }
}
