using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tags;

/// <summary>What came of writing a tag.</summary>
internal abstract record TagWrite
{
    internal sealed record Made(TagRow Tag) : TagWrite;

    internal sealed record Moved(TagRow Tag) : TagWrite;

    internal sealed record Deleted : TagWrite;

    /// <summary>The tag is not as the caller expects.</summary>
    internal sealed record Refused : TagWrite;

    internal sealed record NoSuchTag : TagWrite;

    internal sealed record CheckpointGone : TagWrite;
}

/// <summary>
/// The tags that people set. A write replaces the very revision that its caller was shown to agree with: where somebody
/// else was faster it looks again. The foreign key keeps a named checkpoint from being deleted.
/// </summary>
internal sealed class TagStore(IDbContextFactory<AppDbContext> stores)
{
    public async Task<TagRow?> FindAsync(string name, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await FindAsync(store, name, token);
    }

    /// <param name="agrees">Whether the write may go on, given the tag as it is now, or null where it is not there.</param>
    public async Task<TagWrite> PutAsync(string name, Guid checkpoint, Func<TagRow?, bool> agrees, CancellationToken token)
    {
        while (true)
        {
            await using AppDbContext store = await stores.CreateDbContextAsync(token);
            TagRow? current = await FindAsync(store, name, token);
            if (!agrees(current))
            {
                return new TagWrite.Refused();
            }

            var tag = new TagRow { Name = name, CheckpointId = checkpoint, Revision = Guid.CreateVersion7(), MovedAt = DateTime.UtcNow };
            if (await WriteAsync(store, current, tag, token))
            {
                return current is null ? new TagWrite.Made(tag) : new TagWrite.Moved(tag);
            }

            if (!await store.Checkpoints.AnyAsync(row => row.Id == checkpoint, token))
            {
                return new TagWrite.CheckpointGone();
            }
        }
    }

    /// <param name="agrees">Whether the tag may go, given as it is now.</param>
    public async Task<TagWrite> DeleteAsync(string name, Func<TagRow, bool> agrees, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        while (true)
        {
            if (await FindAsync(store, name, token) is not { } current)
            {
                return new TagWrite.NoSuchTag();
            }

            if (!agrees(current))
            {
                return new TagWrite.Refused();
            }

            if (await Revision(store, current).ExecuteDeleteAsync(token) == 1)
            {
                return new TagWrite.Deleted();
            }
        }
    }

    /// <returns>Whether it was written: neither a faster writer nor a missing checkpoint stood in the way.</returns>
    private static async Task<bool> WriteAsync(AppDbContext store, TagRow? current, TagRow tag, CancellationToken token)
    {
        try
        {
            if (current is null)
            {
                store.Tags.Add(tag);
                return await store.SaveChangesAsync(token) == 1;
            }

            return await Revision(store, current)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(row => row.CheckpointId, tag.CheckpointId)
                                .SetProperty(row => row.Revision, tag.Revision)
                                .SetProperty(row => row.MovedAt, tag.MovedAt),
                        token
                    ) == 1;
        }
        catch (Exception e) when (DbFaults.IsConstraintViolation(e))
        {
            return false;
        }
    }

    private static Task<TagRow?> FindAsync(AppDbContext store, string name, CancellationToken token) =>
        store.Tags.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name, token);

    private static IQueryable<TagRow> Revision(AppDbContext store, TagRow tag) =>
        store.Tags.Where(row => row.Name == tag.Name && row.Revision == tag.Revision);
}
