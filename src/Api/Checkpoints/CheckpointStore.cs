using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>The stored checkpoints: found by id or tag, read back only where their bytes are the ones that were written.</summary>
internal sealed class CheckpointStore(IDbContextFactory<StoreContext> stores)
{
    public const string Latest = "latest";
    public const string Best = "best";

    public static (CheckpointRow Row, CheckpointFileRow File) Rows(Guid jobId, Snapshot snapshot, double elapsedSeconds)
    {
        byte[] file = SnapshotFile.Write(snapshot);
        var row = new CheckpointRow
        {
            Id = Guid.CreateVersion7(),
            JobId = jobId,
            Architecture = snapshot.Settings.Architecture,
            Settings = snapshot.Settings,
            Step = snapshot.Step,
            Losses = snapshot.Losses,
            ElapsedSeconds = elapsedSeconds,
            Bytes = file.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
            CreatedAt = DateTime.UtcNow,
        };
        return (row, new CheckpointFileRow { CheckpointId = row.Id, Content = file });
    }

    /// <summary>The checkpoint with this id, or the newest (<c>latest</c>), or the one with the lowest test loss (<c>best</c>).</summary>
    public async Task<CheckpointRow?> FindAsync(string reference, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        IQueryable<CheckpointRow> rows = store.Checkpoints.AsNoTracking();
        return reference switch
        {
            Latest => await rows.OrderByDescending(row => row.Id).FirstOrDefaultAsync(token),
            Best => await rows.Where(row => row.Losses.Test != null).OrderBy(row => row.Losses.Test).ThenByDescending(row => row.Id).FirstOrDefaultAsync(token),
            _ when Guid.TryParse(reference, out Guid id) => await rows.FirstOrDefaultAsync(row => row.Id == id, token),
            _ => null,
        };
    }

    /// <summary>The file's bytes, or null where they are gone or not those that were written.</summary>
    public async Task<byte[]?> ReadAsync(CheckpointRow row, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        byte[]? file = await store.CheckpointFiles.Where(file => file.CheckpointId == row.Id).Select(file => file.Content).FirstOrDefaultAsync(token);
        return file is not null && Convert.ToHexStringLower(SHA256.HashData(file)) == row.Sha256 ? file : null;
    }

    /// <summary>The snapshot in the file, or what is wrong with it.</summary>
    public async Task<SnapshotRead> LoadAsync(CheckpointRow row, CancellationToken token) => await ReadAsync(row, token) is { } file
        ? SnapshotFile.Read(file)
        : new SnapshotRead.Invalid($"The bytes of checkpoint {row.Id} are not those that were stored: their sha256 differs. Use another checkpoint of its job.");

    /// <summary>A job's checkpoints, the newest first.</summary>
    public async Task<IReadOnlyList<CheckpointRow>> OfJobAsync(Guid jobId, CancellationToken token)
    {
        await using StoreContext store = await stores.CreateDbContextAsync(token);
        return await store.Checkpoints.AsNoTracking().Where(row => row.JobId == jobId).OrderByDescending(row => row.Step).ThenByDescending(row => row.Id).ToListAsync(token);
    }
}
