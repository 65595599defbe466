using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>What came of deleting a checkpoint.</summary>
internal abstract record CheckpointDelete
{
    internal sealed record Deleted : CheckpointDelete;

    internal sealed record Gone : CheckpointDelete;

    /// <summary>Its job has not ended and may have to go on from it.</summary>
    internal sealed record Needed(Guid Job) : CheckpointDelete;

    internal sealed record Tagged(string Tag) : CheckpointDelete;

    /// <summary>It comes with the service.</summary>
    internal sealed record Example(string Tag) : CheckpointDelete;
}

/// <summary>
/// The stored checkpoints and the examples: found by id or tag, read back only where their bytes are the ones that were written.
/// </summary>
internal sealed class CheckpointStore(IDbContextFactory<AppDbContext> stores)
{
    public const string Latest = "latest";
    public const string Best = "best";

    /// <summary>The tags that move by themselves.</summary>
    public static readonly string[] ManagedTags = [Best, Latest];

    /// <param name="datasetSha256">Of the data set's content; null where it is not known.</param>
    public static (CheckpointRow Row, CheckpointFileRow File) Rows(
        Guid jobId, Checkpoint checkpoint, double elapsedSeconds, string? datasetSha256 = null) => Rows(
        CheckpointFile.Write(checkpoint), checkpoint.Settings, checkpoint.Step, checkpoint.Losses, jobId, name: null, elapsedSeconds,
        datasetSha256);

    /// <summary>The rows of a file that comes from elsewhere. Its step and losses are what it claims.</summary>
    public static (CheckpointRow Row, CheckpointFileRow File) ImportedRows(string? name, CheckpointUpload upload) =>
        Rows(upload.Content, upload.Header.Settings, upload.Header.Step, upload.Header.Losses, jobId: null, name, elapsedSeconds: 0);

    /// <summary>Stores rows together, whole or not at all.</summary>
    /// <returns>False where the idempotency key among them is taken.</returns>
    public async Task<bool> AddAsync(CheckpointRow row, CheckpointFileRow file, IdempotencyRow? answer, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        store.AddRange(row, file);
        return await store.TrySaveAsync(answer, token);
    }

    /// <summary>
    /// The checkpoint with this id or tag; <c>latest</c> is the newest, <c>best</c> the one with the lowest test loss, of those that jobs
    /// of this service have written: what a file from elsewhere claims was not measured here, and an import moves neither.
    /// </summary>
    public async Task<CheckpointRow?> FindAsync(string reference, CancellationToken token)
    {
        if (ExampleCheckpoints.Find(reference) is { } example)
        {
            return example.Row;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        IQueryable<CheckpointRow> rows = store.Checkpoints.AsNoTracking();
        return reference switch
        {
            Latest => await rows.Where(row => row.JobId != null).OrderByDescending(row => row.Id).FirstOrDefaultAsync(token),
            Best => await rows.Where(row => row.JobId != null && row.Losses.Test <= double.MaxValue)
                .OrderBy(row => row.Losses.Test)
                .ThenByDescending(row => row.Id)
                .FirstOrDefaultAsync(token),
            _ when Guid.TryParse(reference, out Guid id) => await rows.FirstOrDefaultAsync(row => row.Id == id, token),
            _ => await rows.FirstOrDefaultAsync(row => store.Tags.Any(tag => tag.Name == reference && tag.CheckpointId == row.Id), token),
        };
    }

    /// <summary>The file's bytes, or null where they are gone or not those that were written.</summary>
    public async Task<byte[]?> ReadAsync(CheckpointRow row, CancellationToken token)
    {
        byte[]? file = ExampleCheckpoints.Find(row.Id) is { } example
            ? ExampleCheckpoints.Weights(example)
            : await StoredAsync(row.Id, token);
        return file is not null && Sha256Of(file) == row.Sha256 ? file : null;
    }

    /// <summary>The checkpoint in the file, or what is wrong with it.</summary>
    public async Task<Result<Checkpoint, string>> LoadAsync(CheckpointRow row, CancellationToken token) =>
        await ReadAsync(row, token) is { } file ? CheckpointFile.Read(file) : Changed(row);

    /// <summary>The file, to be read in pieces; null where it is gone or its bytes are not those that were written.</summary>
    public async Task<Stream?> OpenAsync(CheckpointRow row, CancellationToken token)
    {
        if (ExampleCheckpoints.Find(row.Id) is not null)
        {
            return await ReadAsync(row, token) is { } file ? new MemoryStream(file, writable: false) : null;
        }

        var content = new CheckpointContent(stores, row);
        return await content.IsIntactAsync(token) ? content : null;
    }

    /// <summary>
    /// The checkpoint in the file without Adam's moments, which take twice as much memory as all else; or what is wrong with
    /// it.
    /// </summary>
    public async Task<Result<Checkpoint, string>> LoadWeightsAsync(CheckpointRow row, CancellationToken token) =>
        await OpenAsync(row, token) is { } content ? await CheckpointFile.ReadWeightsAsync(content, token) : Changed(row);

    /// <summary>What the file says before its first tensor; null where it is gone or its bytes are not those that were written.</summary>
    public async Task<CheckpointHeader?> HeaderAsync(CheckpointRow row, CancellationToken token) =>
        await OpenAsync(row, token) is { } content
        && (await CheckpointHeader.ReadAsync(content, token)).TryGet(out CheckpointHeader? header, out _)
            ? header
            : null;

    /// <summary>A job's checkpoints, the newest first.</summary>
    public async Task<IReadOnlyList<CheckpointRow>> OfJobAsync(Guid jobId, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store
            .Checkpoints.AsNoTracking()
            .Where(row => row.JobId == jobId)
            .OrderByDescending(row => row.Step)
            .ThenByDescending(row => row.Id)
            .ToListAsync(token);
    }

    /// <summary>Deletes a checkpoint that nothing holds, and lets its job point to the one before it.</summary>
    public async Task<CheckpointDelete> DeleteAsync(CheckpointRow row, CancellationToken token)
    {
        if (row.Provenance is { } provenance)
        {
            return new CheckpointDelete.Example(provenance.Tag);
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        await using var transaction = await store.Database.BeginTransactionAsync(token);
        if (row.JobId is { } job && !await HoldEndedJobAsync(store, job, token))
        {
            return new CheckpointDelete.Needed(job);
        }

        if (!await store
                .Checkpoints.Where(other => other.Id == row.Id && !store.Tags.Any(tag => tag.CheckpointId == row.Id))
                .TryDeleteAsync(token))
        {
            await transaction.RollbackAsync(token);
            string? tag = await store
                .Tags.Where(tag => tag.CheckpointId == row.Id)
                .OrderBy(tag => tag.Name)
                .Select(tag => tag.Name)
                .FirstOrDefaultAsync(token);
            return tag is null ? new CheckpointDelete.Gone() : new CheckpointDelete.Tagged(tag);
        }

        await store
            .Jobs.Where(ended => ended.Id == row.JobId && ended.LatestCheckpoint == row.Id)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(
                        ended => ended.LatestCheckpoint,
                        ended =>
                            store
                                .Checkpoints.Where(left => left.JobId == ended.Id)
                                .OrderByDescending(left => left.Step)
                                .ThenByDescending(left => left.Id)
                                .Select(left => (Guid?)left.Id)
                                .FirstOrDefault()),
                token);
        await transaction.CommitAsync(token);
        return new CheckpointDelete.Deleted();
    }

    private async Task<byte[]?> StoredAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store
            .CheckpointFiles.Where(file => file.CheckpointId == id)
            .Select(file => file.Content)
            .FirstOrDefaultAsync(token);
    }

    private static string Changed(CheckpointRow row) =>
        $"The bytes of checkpoint {row.Id} are not those that were stored: their sha256 differs. Use another checkpoint of its job.";

    private static (CheckpointRow Row, CheckpointFileRow File) Rows(
        byte[] content, TrainingSettings settings, int step, Losses losses, Guid? jobId, string? name, double elapsedSeconds,
        string? datasetSha256 = null)
    {
        var row = new CheckpointRow
        {
            Id = Guid.CreateVersion7(),
            JobId = jobId,
            Name = name,
            Architecture = settings.Architecture,
            Settings = settings,
            Step = step,
            Losses = losses,
            ElapsedSeconds = elapsedSeconds,
            Bytes = content.Length,
            Sha256 = Sha256Of(content),
            DatasetSha256 = datasetSha256,
            CreatedAt = DateTime.UtcNow,
        };
        return (row, new CheckpointFileRow { CheckpointId = row.Id, Content = content });
    }

    private static string Sha256Of(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>Writes to the job's row, so that of two deletions one sees what the other has left.</summary>
    /// <returns>Whether the job has ended.</returns>
    private static async Task<bool> HoldEndedJobAsync(AppDbContext store, Guid job, CancellationToken token) =>
        await store.Jobs.Where(row => row.Id == job && JobStatuses.Terminal.Contains(row.Status)).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Version, row => row.Version + 1), token) == 1;
}
