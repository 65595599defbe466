using System.Diagnostics;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>
/// Keeps what one key stores within its bound: the checkpoints and films of its jobs that have ended, and all that the others may still
/// write. Far from the bound the last sum is good for some seconds. Not for several threads at once: <see cref="QueueLimiter"/> asks in
/// turn.
/// </summary>
internal sealed class StorageBound(IDbContextFactory<AppDbContext> stores, IOptions<LimitsOptions> limits)
{
    private const double Near = 0.9; // of the bound
    private static readonly TimeSpan s_trusted = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (double Bytes, long At)> _sums = [];

    /// <summary>The problem where the key would store too much with these jobs; null, and they count, where it would not.</summary>
    /// <param name="owner">The key's id.</param>
    public async Task<ProblemHttpResult?> RefusalAsync(string owner, IEnumerable<PlannedJob> jobs, CancellationToken token)
    {
        if (owner == ClaimsPrincipalExtensions.Local)
        {
            return null;
        }

        double bound = 1e9 * limits.Value.StoredGigabytesPerKey;
        double added = jobs.Sum(job => (double)StorageCost.Of(job.Settings, job.Film).Bytes);
        bool isKnown = _sums.TryGetValue(owner, out var sum) && Stopwatch.GetElapsedTime(sum.At) < s_trusted
            && sum.Bytes + added <= Near * bound;
        (double stored, long at) = isKnown ? sum : (await SumAsync(owner, token), Stopwatch.GetTimestamp());
        bool fits = stored + added <= bound;
        _sums[owner] = (fits ? stored + added : stored, at);
        return fits ? null : Problems.Unprocessable(FormattableString.Invariant($"""
            The jobs of this key may store {bound / 1e9:G4} GB (Limits:StoredGigabytesPerKey); they have {stored / 1e9:G4} GB,
            and this would add {added / 1e9:G4} GB. Delete jobs or checkpoints, raise checkpointEvery, or keep no film.
            """).ReplaceLineEndings(" "));
    }

    /// <summary>The problem where the imported checkpoints would be too many bytes with this one, or null.</summary>
    public async Task<ProblemHttpResult?> ImportRefusalAsync(long bytes, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        double bound = 1e9 * limits.Value.ImportedGigabytes;
        double stored = await store.Checkpoints.Where(row => row.JobId == null).SumAsync(row => (long)row.Bytes, token);
        return stored + bytes <= bound ? null : Problems.Unprocessable(FormattableString.Invariant($"""
            Imported checkpoints may have {bound / 1e9:G4} GB together (Limits:ImportedGigabytes); they have {stored / 1e9:G4} GB,
            and this one has {bytes / 1e9:G4} GB. Delete some first.
            """).ReplaceLineEndings(" "));
    }

    private async Task<double> SumAsync(string owner, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        IQueryable<JobRow> jobs = store.Jobs.AsNoTracking().Where(job => job.Owner == owner);
        IQueryable<Guid?> ended = jobs.Where(job => JobStatuses.Terminal.Contains(job.Status)).Select(job => (Guid?)job.Id);
        double checkpoints = await store.Checkpoints.Where(row => ended.Contains(row.JobId)).SumAsync(row => (long)row.Bytes, token);
        double films = await store.FilmFrames.Where(row => ended.Contains(row.JobId)).SumAsync(row => (long)row.Bytes, token);
        var others = await jobs
            .Where(job => !JobStatuses.Terminal.Contains(job.Status))
            .Select(job => new { job.Settings, job.Film })
            .ToListAsync(token);
        return checkpoints + films + others.Sum(job => (double)StorageCost.Of(job.Settings, job.Film).Bytes);
    }
}
