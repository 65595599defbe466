using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Verifications;

/// <summary>A verification and the job that carries it out.</summary>
internal sealed record StoredVerification
{
    public required VerificationRow Row { get; init; }

    public required JobRow Job { get; init; }
}

/// <summary>The stored verifications.</summary>
internal sealed class VerificationStore(IDbContextFactory<AppDbContext> stores)
{
    public async Task<StoredVerification?> FindAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await All(store).FirstOrDefaultAsync(each => each.Job.Id == id, token);
    }

    /// <summary>The verification of that checkpoint that has not ended; null where there is none.</summary>
    public async Task<StoredVerification?> FindOpenAsync(Guid checkpoint, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await All(store).FirstOrDefaultAsync(
            each => each.Row.CheckpointId == checkpoint && !JobStatuses.Terminal.Contains(each.Job.Status), token);
    }

    /// <summary>The newest verification of these bytes of a checkpoint that has a result; null where there is none.</summary>
    public async Task<StoredVerification?> NewestAsync(Guid checkpoint, string sha256, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await All(store)
            .Where(each => each.Row.CheckpointId == checkpoint && each.Row.Sha256 == sha256 && each.Job.Status == JobStatus.Succeeded)
            .OrderByDescending(each => each.Job.Id)
            .FirstOrDefaultAsync(token);
    }

    /// <summary>A page of verifications, newest first, and one more where there is a next page.</summary>
    public async Task<List<StoredVerification>> ListAsync(
        Guid? checkpoint, JobStatus? status, Guid? before, int limit, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await All(store)
            .Where(each => (checkpoint == null || each.Row.CheckpointId == checkpoint)
                && (status == null || each.Job.Status == status) && (before == null || each.Job.Id < before))
            .OrderByDescending(each => each.Job.Id)
            .Take(limit + 1)
            .ToListAsync(token);
    }

    /// <summary>Deletes a verification that has ended; false where it has not, or is not there.</summary>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Jobs
            .Where(job => job.Id == id && job.Kind == JobKind.Verification && JobStatuses.Terminal.Contains(job.Status))
            .TryDeleteAsync(token);
    }

    private static IQueryable<StoredVerification> All(AppDbContext store) => store.Verifications.AsNoTracking()
        .Join(store.Jobs.AsNoTracking(), row => row.JobId, job => job.Id, (row, job) => new StoredVerification { Row = row, Job = job });
}
