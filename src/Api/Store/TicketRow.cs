using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>A ticket, of which the store keeps only the SHA-256.</summary>
internal sealed class TicketRow
{
    /// <summary>Of the ticket, in lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>Of the key that made the ticket, in lower-case hexadecimal; empty for a caller without one.</summary>
    public required string KeyHash { get; init; }

    public DateTime ExpiresAt { get; init; }
}

internal sealed class TicketRowConfiguration : IEntityTypeConfiguration<TicketRow>
{
    public void Configure(EntityTypeBuilder<TicketRow> ticket)
    {
        ticket.ToTable("tickets").HasKey(row => row.Hash);
        ticket.HasIndex(row => new { row.KeyHash, row.ExpiresAt });
        ticket.HasIndex(row => row.ExpiresAt);
    }
}
