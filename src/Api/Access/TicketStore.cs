using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Access;

/// <summary>The tickets of all processes. One is worth its key's right to read until it expires, or the key is gone.</summary>
internal sealed class TicketStore(
    IDbContextFactory<AppDbContext> stores, ApiKeyStore keys, IOptions<LimitsOptions> limits, TimeProvider time)
{
    /// <param name="keyHash">Of the key that makes the ticket; empty for a caller without one.</param>
    /// <returns>The ticket and the end of its life; null where the key has as many as it may.</returns>
    public async Task<TicketResponse?> AddAsync(string keyHash, int seconds, CancellationToken token)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await store.Tickets.CountAsync(row => row.KeyHash == keyHash && row.ExpiresAt > now, token) >= limits.Value.TicketsPerKey)
        {
            return null;
        }

        string ticket = Ticket.Create();
        DateTime expiresAt = now.AddSeconds(seconds);
        store.Tickets.Add(new TicketRow { Hash = ApiKey.HashOf(ticket), KeyHash = keyHash, ExpiresAt = expiresAt });
        await store.SaveChangesAsync(token);
        return new TicketResponse(ticket, expiresAt);
    }

    /// <summary>The key that made the ticket; null where there is no such ticket, it has expired or its key is gone.</summary>
    public async Task<KnownKey?> FindAsync(string ticket, CancellationToken token)
    {
        if (!Ticket.IsWellFormed(ticket))
        {
            return null;
        }

        string hash = ApiKey.HashOf(ticket);
        DateTime now = time.GetUtcNow().UtcDateTime;
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Tickets.AsNoTracking().FirstOrDefaultAsync(row => row.Hash == hash && row.ExpiresAt > now, token) is { } row
            ? keys.FindByHash(row.KeyHash)
            : null;
    }
}
