using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>When a key was last served by the queue: the key with the lowest turn comes next.</summary>
internal sealed class KeyTurnRow
{
    /// <summary>The id of the key, as <see cref="JobRow.Owner"/> has it.</summary>
    public required string Owner { get; init; }

    /// <summary>The number of the last claim of one of its jobs, counted over all keys; 0 before the first.</summary>
    public long Turn { get; set; }

    /// <summary>How many of its jobs were claimed so far.</summary>
    public long Claims { get; set; }
}

internal sealed class KeyTurnRowConfiguration : IEntityTypeConfiguration<KeyTurnRow>
{
    public void Configure(EntityTypeBuilder<KeyTurnRow> turn)
    {
        turn.ToTable("key_turns").HasKey(row => row.Owner);
        turn.HasIndex(row => new { row.Turn, row.Owner });
    }
}
