using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Evaluations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>
/// Carries out a claimed evaluation, from the start wherever one before it was stopped: the same checkpoint and data give the same bytes.
/// What it has found is stored under the lease as soon as it is known, the map last.
/// </summary>
internal sealed class EvaluationRunner(
    IDbContextFactory<AppDbContext> stores,
    DatasetCatalog datasets,
    CheckpointStore checkpoints,
    DatasetBaselines baselines,
    JobProgressWriter progress,
    IOptions<TrainingOptions> options,
    ILogger<EvaluationRunner> logger)
{
    private const int BaselinePercent = 40;
    private const int ResultPercent = 70;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1); // whether a data set has been fetched

    public async Task<(JobStatus Status, JobError? Error)> RunAsync(
        JobLease lease, Result<Dataset, DatasetFault> data, CancellationToken shutdown)
    {
        int percent = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        await using var heartbeat = new Heartbeat(progress, lease, () => Volatile.Read(ref percent), stop, logger);
        try
        {
            EvaluationRow row = await RowAsync(lease.JobId, stop.Token);
            if (!(await PrepareAsync(row, data, stop.Token)).TryGet(out Prepared? prepared, out JobError? error))
            {
                return (JobStatus.Failed, error);
            }

            using (prepared)
            {
                int components = prepared.Evaluator.Components, threads = options.Value.ThreadsPerJob;
                DatasetBaseline baseline = await baselines.GetAsync(
                    prepared.Dataset, row.Split, prepared.HasLabels, components, threads, stop.Token);
                Volatile.Write(ref percent, BaselinePercent);
                CheckpointEvaluation evaluation = await Task.Run(
                    () => prepared.Evaluator.Evaluate(baseline, threads, stop.Token), stop.Token);
                Volatile.Write(ref percent, ResultPercent);
                if (!await StoreResultAsync(lease, evaluation))
                {
                    return (JobStatus.Queued, null);
                }

                CodeMap map = await Task.Run(() => prepared.Evaluator.Map(threads, stop.Token), stop.Token);
                return await StoreMapAsync(lease, MapFile.Write(map, prepared.HasLabels ? prepared.Split : null))
                    ? (JobStatus.Succeeded, null)
                    : (JobStatus.Queued, null);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (JobStatus.Queued, null); // or cancelled, where somebody asked for that
        }
    }

    private async Task<EvaluationRow> RowAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Evaluations.AsNoTracking().SingleAsync(row => row.JobId == id, token);
    }

    private async Task<Result<Prepared, JobError>> PrepareAsync(
        EvaluationRow row, Result<Dataset, DatasetFault> data, CancellationToken token)
    {
        if (!data.TryGet(out Dataset? dataset, out DatasetFault? fault))
        {
            return JobErrors.DatasetUnavailable(fault.Reason);
        }

        DatasetSplit split = dataset.Split(row.Split)!, against = split;
        if (row.Against != EvaluationRow.NoDataset)
        {
            if (!(await LoadAsync(row.Against, token)).TryGet(out Dataset? other, out fault))
            {
                return JobErrors.DatasetUnavailable(fault.Reason);
            }

            against = other.Split(row.Split)!;
        }

        if (await checkpoints.FindAsync(row.CheckpointId.ToString(), token) is not { } found)
        {
            return JobErrors.CheckpointGone(row.CheckpointId);
        }

        if (!(await checkpoints.LoadWeightsAsync(found, token)).TryGet(out Checkpoint? checkpoint, out string? damage))
        {
            return await checkpoints.FindAsync(row.CheckpointId.ToString(), token) is null
                ? JobErrors.CheckpointGone(row.CheckpointId)
                : JobErrors.CheckpointDamaged(damage);
        }

        var model = new Model(checkpoint, options.Value.Engine);
        if (split.Shape != model.Definition.Input || against.Shape != split.Shape)
        {
            TensorShape shape = model.Definition.Input;
            model.Dispose();
            return JobErrors.DatasetUnavailable($"Its images are not {shape} (channels, height, width) any more. POST it again.");
        }

        bool hasLabels = dataset.HasLabels;
        return new Prepared(
            model,
            dataset,
            split,
            hasLabels,
            new CheckpointEvaluator(
                model,
                dataset,
                split,
                hasLabels,
                hasLabels ? found.Settings.Labels : null,
                ReferenceEquals(against, split) ? null : against));
    }

    /// <summary>The data set to compare with, once it has been fetched.</summary>
    private async Task<Result<Dataset, DatasetFault>> LoadAsync(string name, CancellationToken token)
    {
        while (true)
        {
            Result<Dataset, DatasetFault> load = await datasets.LoadAsync(name, token);
            if (load.TryGet(out _, out DatasetFault? fault) || fault.Kind != DatasetFaultKind.Pending)
            {
                return load;
            }

            await Task.Delay(s_look, token);
        }
    }

    private Task<bool> StoreResultAsync(JobLease lease, CheckpointEvaluation evaluation)
    {
        byte[] losses = MapFile.Bytes(evaluation.Losses);
        return progress.FoundAsync(lease, ResultPercent, async store =>
        {
            await PutFileAsync(store, lease.JobId, EvaluationFileRow.Losses, losses);
            EvaluationRow row = await store.Evaluations.SingleAsync(row => row.JobId == lease.JobId);
            (row.Result, row.Bytes) = (evaluation.Result, losses.Length);
        });
    }

    private Task<bool> StoreMapAsync(JobLease lease, byte[] map) => progress.FoundAsync(lease, percent: 100, async store =>
    {
        await PutFileAsync(store, lease.JobId, EvaluationFileRow.Map, map);
        EvaluationRow row = await store.Evaluations.SingleAsync(row => row.JobId == lease.JobId);
        row.Bytes += map.Length;
    });

    /// <summary>Stores a file once: an earlier try, whose answer was lost, has stored the same bytes.</summary>
    private static async Task PutFileAsync(AppDbContext store, Guid id, string name, byte[] content)
    {
        DbFaults.ThrowIfFull(store, content.Length);
        await store.EvaluationFiles.Where(file => file.JobId == id && file.Name == name).ExecuteDeleteAsync();
        store.EvaluationFiles.Add(new EvaluationFileRow { JobId = id, Name = name, Content = content });
    }

    private sealed record Prepared(Model Model, Dataset Dataset, DatasetSplit Split, bool HasLabels, CheckpointEvaluator Evaluator)
        : IDisposable
    {
        public void Dispose() => Model.Dispose();
    }
}
