using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Numerics;
using BitFaster.Caching.Lru;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>An evaluation and the job that carries it out.</summary>
internal sealed record StoredEvaluation
{
    public required EvaluationRow Row { get; init; }

    public required JobRow Job { get; init; }

    /// <summary>The rows that the store would have of an example's evaluation.</summary>
    public static StoredEvaluation Of(ExampleCheckpoint example)
    {
        ExampleEvaluation evaluation = example.Evaluation;
        return new StoredEvaluation
        {
            Row = new EvaluationRow
            {
                JobId = evaluation.Id,
                CheckpointId = example.Id,
                Dataset = evaluation.Dataset,
                Split = evaluation.Split,
                Against = EvaluationRow.NoDataset,
                Result = evaluation.Result,
            },
            Job = new JobRow
            {
                Id = evaluation.Id,
                Kind = JobKind.Evaluation,
                Status = JobStatus.Succeeded,
                Architecture = example.Settings.Architecture,
                Settings = example.Settings,
                Dataset = evaluation.Dataset,
                Losses = new Losses(null, null, null),
                Attempt = 1,
                CreatedAt = evaluation.CreatedAt,
                StartedAt = evaluation.StartedAt,
                EndedAt = evaluation.EndedAt,
            },
        };
    }

    public bool IsOf(EvaluationRow sought) =>
        (Row.CheckpointId, Row.Dataset, Row.Split, Row.Against) == (sought.CheckpointId, sought.Dataset, sought.Split, sought.Against);
}

/// <summary>The stored evaluations and those of the examples.</summary>
internal sealed class EvaluationStore(IDbContextFactory<AppDbContext> stores)
{
    private const int Maps = 4; // of up to some 13 MB each

    private readonly ConcurrentLru<Guid, LabelledMap> _maps = new(Maps);

    public async Task<StoredEvaluation?> FindAsync(Guid id, CancellationToken token)
    {
        if (ExampleCheckpoints.FindByEvaluation(id) is { } example)
        {
            return StoredEvaluation.Of(example);
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await All(store).FirstOrDefaultAsync(each => each.Job.Id == id, token);
    }

    /// <summary>The one evaluation of these, whatever its status.</summary>
    public async Task<StoredEvaluation?> FindAsync(EvaluationRow sought, CancellationToken token)
    {
        if (OfExample(sought.CheckpointId) is { } shipped && shipped.IsOf(sought))
        {
            return shipped;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await All(store).FirstOrDefaultAsync(
            each => each.Row.CheckpointId == sought.CheckpointId && each.Row.Dataset == sought.Dataset
                && each.Row.Split == sought.Split && each.Row.Against == sought.Against,
            token);
    }

    /// <summary>
    /// A page of evaluations, newest first, and one more where there is a next page. That of an example is among those of its checkpoint.
    /// </summary>
    public async Task<List<StoredEvaluation>> ListAsync(
        Guid? checkpoint, string? dataset, JobStatus? status, Guid? before, int limit, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<StoredEvaluation> stored = await Page(All(store)).ToListAsync(token);
        return checkpoint is { } id && OfExample(id) is { } shipped ? [.. Page(stored.Append(shipped).AsQueryable())] : stored;

        IQueryable<StoredEvaluation> Page(IQueryable<StoredEvaluation> all) => all
            .Where(each => (checkpoint == null || each.Row.CheckpointId == checkpoint) && (dataset == null || each.Row.Dataset == dataset)
                && (status == null || each.Job.Status == status) && (before == null || each.Job.Id < before))
            .OrderByDescending(each => each.Job.Id)
            .Take(limit + 1);
    }

    /// <summary>Deletes an evaluation that has ended; false where it has not, or is not there.</summary>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        bool isDeleted = await store.Jobs
            .Where(job => job.Id == id && job.Kind == JobKind.Evaluation && JobStatuses.Terminal.Contains(job.Status))
            .TryDeleteAsync(token);
        _maps.TryRemove(id);
        return isDeleted;
    }

    /// <summary>A file of the evaluation; null where it is not there yet.</summary>
    public async Task<byte[]?> FileAsync(Guid id, string name, CancellationToken token)
    {
        if (ExampleCheckpoints.FindByEvaluation(id) is { } example)
        {
            return name == EvaluationFileRow.Map ? ExampleCheckpoints.Map(example) : LossesOf(example);
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.EvaluationFiles
            .Where(file => file.JobId == id && file.Name == name).Select(file => file.Content).FirstOrDefaultAsync(token);
    }

    /// <summary>The evaluation's map; null where it is not there yet.</summary>
    public async Task<LabelledMap?> MapAsync(Guid id, CancellationToken token)
    {
        if (_maps.TryGet(id, out LabelledMap? known))
        {
            return known;
        }

        if (await FileAsync(id, EvaluationFileRow.Map, token) is not { } file || MapFile.Read(file) is not { } map)
        {
            return null;
        }

        _maps.AddOrUpdate(id, map);
        return map;
    }

    private static StoredEvaluation? OfExample(Guid checkpoint) =>
        ExampleCheckpoints.Find(checkpoint) is { } example ? StoredEvaluation.Of(example) : null;

    private static byte[]? LossesOf(ExampleCheckpoint example)
    {
        byte[] file = ExampleCheckpoints.Losses(example);
        return NpyFile.ReadHeader(file).TryGet(out NpyHeader? header, out _) ? file[header.DataAt..] : null;
    }

    /// <summary>All evaluations with their jobs, to be narrowed.</summary>
    public static IQueryable<StoredEvaluation> All(AppDbContext store) => store.Evaluations.AsNoTracking()
        .Join(store.Jobs.AsNoTracking(), row => row.JobId, job => job.Id, (row, job) => new StoredEvaluation { Row = row, Job = job });
}
