using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Films;

/// <summary>A frame of a film, without its bytes.</summary>
internal sealed record FilmFrame(int Step, int Bytes, string Sha256);

/// <summary>A film as far as it has come.</summary>
/// <param name="Dataset">That the job trains on.</param>
/// <param name="EntityTag">Equal for equal frames of one job.</param>
internal sealed record FilmVersion(string Dataset, string EntityTag);

/// <summary>The stored films of learning.</summary>
internal sealed class FilmStore(IDbContextFactory<AppDbContext> stores)
{
    /// <param name="frame">See <see cref="Checkpoint.ToFrame"/>.</param>
    public static FilmFrameRow Row(Guid jobId, Checkpoint frame)
    {
        byte[] content = CheckpointFile.Write(frame);
        return new FilmFrameRow
        {
            JobId = jobId,
            Step = frame.Step,
            Bytes = content.Length,
            Sha256 = Sha256Of(content),
            Content = content,
        };
    }

    public async Task<JobRow?> FindJobAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Jobs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token);
    }

    /// <summary>How far the film of a job has come; null where there is no such job.</summary>
    public async Task<FilmVersion?> VersionAsync(Guid job, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var version = await store.Jobs
            .Where(row => row.Id == job)
            .Select(row => new
            {
                row.Settings,
                row.Attempt, // a job that goes on after a fault writes its last frames again
                Frames = store.FilmFrames.Count(frame => frame.JobId == job),
                Last = store.FilmFrames.Where(frame => frame.JobId == job).Max(frame => (int?)frame.Step),
            })
            .FirstOrDefaultAsync(token);
        return version is null
            ? null
            : new FilmVersion(version.Settings.Dataset, $"{job:N}-{version.Attempt}-{version.Frames}-{version.Last}");
    }

    /// <summary>All frames in the order of their steps.</summary>
    public async Task<List<FilmFrame>> FramesAsync(Guid job, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.FilmFrames
            .Where(row => row.JobId == job)
            .OrderBy(row => row.Step)
            .Select(row => new FilmFrame(row.Step, row.Bytes, row.Sha256))
            .ToListAsync(token);
    }

    public async Task<FilmFrame?> FindAsync(Guid job, int step, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.FilmFrames
            .Where(row => row.JobId == job && row.Step == step)
            .Select(row => new FilmFrame(row.Step, row.Bytes, row.Sha256))
            .FirstOrDefaultAsync(token);
    }

    /// <summary>The frame's bytes, or null where they are gone or not those that were written.</summary>
    public async Task<byte[]?> ReadAsync(Guid job, FilmFrame frame, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        byte[]? content = await store.FilmFrames
            .Where(row => row.JobId == job && row.Step == frame.Step)
            .Select(row => row.Content)
            .FirstOrDefaultAsync(token);
        return content is not null && Sha256Of(content) == frame.Sha256 ? content : null;
    }

    private static string Sha256Of(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
