using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Which job comes next: the oldest of the key that was served longest ago (round robin over the keys, first in first out within each). An
/// entry of Hangfire's queue is a token: its worker takes whichever job is next.
/// </summary>
internal static class KeyTurns
{
    /// <summary>
    /// The jobs that a worker may claim. One whose workers were lost early is let out by <see cref="QueueRepair"/> alone, by an entry of
    /// its own.
    /// </summary>
    public static IQueryable<JobRow> Claimable(AppDbContext store) => store.Jobs.Where(job =>
        job.Status == JobStatus.Queued && job.PendingDataset == null && (job.ClaimsSinceStep == 0 || job.QueueEntry != null));

    /// <summary>The job whose turn it is; null where none may be claimed.</summary>
    public static async Task<JobRow?> NextAsync(AppDbContext store, CancellationToken token)
    {
        IQueryable<JobRow> claimable = Claimable(store);
        Guid? next = await store.KeyTurns
            .OrderBy(key => key.Turn).ThenBy(key => key.Owner)
            .Select(key => claimable
                .Where(job => job.Owner == key.Owner)
                .OrderBy(job => job.Id)
                .Select(job => (Guid?)job.Id)
                .FirstOrDefault())
            .FirstOrDefaultAsync(id => id != null, token);
        return next is null ? null : await store.Jobs.AsNoTracking().FirstOrDefaultAsync(job => job.Id == next, token);
    }

    /// <summary>Gives a key its first turn, before all others, unless it has one.</summary>
    public static Task AddAsync(AppDbContext store, string owner, CancellationToken token) => store.Database.ExecuteSqlAsync(
        $"""INSERT INTO key_turns ("Owner", "Turn", "Claims") VALUES ({owner}, 0, 0) ON CONFLICT DO NOTHING""", token);

    /// <summary>Puts a key behind all others, within the transaction that claims one of its jobs.</summary>
    public static Task PassAsync(AppDbContext store, string? owner, CancellationToken token) => store.KeyTurns
        .Where(key => key.Owner == owner)
        .ExecuteUpdateAsync(
            set => set
                .SetProperty(key => key.Turn, key => store.KeyTurns.Max(other => other.Turn) + 1)
                .SetProperty(key => key.Claims, key => key.Claims + 1),
            token);
}
