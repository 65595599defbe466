using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>The answer to a request that made something, kept so that a retry under the same key gets it again.</summary>
internal sealed class IdempotencyRow
{
    /// <summary>Who sent the key; empty where callers have no names. Each has keys of its own.</summary>
    public required string Caller { get; init; }

    public required string Key { get; init; }

    /// <summary>Sha256 of the method, the path and the body, in lower-case hexadecimal.</summary>
    public required string Request { get; init; }

    public int Status { get; init; }

    public required string Location { get; init; }

    public required string Body { get; init; }

    public DateTime CreatedAt { get; init; }
}

internal sealed class IdempotencyRowConfiguration : IEntityTypeConfiguration<IdempotencyRow>
{
    public void Configure(EntityTypeBuilder<IdempotencyRow> key)
    {
        key.ToTable("idempotency_keys").HasKey(row => new { row.Caller, row.Key });
        key.HasIndex(row => row.CreatedAt);
    }
}
