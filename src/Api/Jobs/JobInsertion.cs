using System.Diagnostics;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Training;
using Microsoft.EntityFrameworkCore.Storage;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Jobs that are about to be stored, whole or not at all: on data sets that stay, or that the jobs wait for.</summary>
internal sealed class JobInsertion(JobQueue queue, BuiltInDatasets builtIn, AppDbContext store, JobRow[] jobs) : IAsyncDisposable
{
    private IDbContextTransaction? _transaction;

    /// <summary>Makes sure that the data sets of the jobs stay, or that the jobs wait until they are fetched.</summary>
    /// <returns>False where one has gone, or just could not be fetched.</returns>
    public async Task<bool> TakeDatasetsAsync(CancellationToken token)
    {
        var elsewhere = jobs.GroupBy(job => job.Settings.Dataset)
            .Where(dataset => !builtIn.IsHere(dataset.Key))
            .OrderBy(dataset => dataset.Key, StringComparer.Ordinal) // in one order, so that no two wait for one another
            .ToArray();
        _transaction = elsewhere.Length == 0 ? null : await store.Database.BeginTransactionAsync(token);
        foreach (IGrouping<string, JobRow> dataset in elsewhere)
        {
            if (!await TakeDatasetAsync(dataset.Key, dataset, token))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Stores the jobs, and has those enqueued that wait for nothing but a worker.</summary>
    /// <param name="answer">The answer to the request that made them, to be kept under its idempotency key; null without a key.</param>
    /// <param name="experiment">That the jobs are a part of, or null.</param>
    /// <param name="evaluation">That the job is to carry out, or null.</param>
    /// <param name="verification">The same.</param>
    /// <returns>False, and nothing is stored, where the answer's key is taken, or there is such an evaluation already.</returns>
    public async Task<bool> CommitAsync(
        IdempotencyRow? answer,
        CancellationToken token,
        ExperimentRow? experiment = null,
        EvaluationRow? evaluation = null,
        VerificationRow? verification = null)
    {
        using Activity? span = experiment is null ? JobTracing.Enqueue(jobs[0].Id) : null;
        foreach (JobRow job in jobs)
        {
            job.TraceParent = Activity.Current?.Id;
        }

        if (experiment is not null)
        {
            store.Experiments.Add(experiment);
        }

        if (evaluation is not null)
        {
            store.Evaluations.Add(evaluation);
        }

        if (verification is not null)
        {
            store.Verifications.Add(verification);
        }

        await queue.AddTurnsAsync(store, jobs, token);
        store.Jobs.AddRange(jobs);
        FaultPoints.Pass("insert.before", jobs[0].Id);
        if (!await store.TrySaveAsync(answer, token, mayBeTaken: evaluation is not null))
        {
            return false;
        }

        await (_transaction?.CommitAsync(token) ?? Task.CompletedTask);
        FaultPoints.Pass("insert.after", jobs[0].Id);
        foreach (JobRow job in jobs.Where(job => job.PendingDataset is null))
        {
            queue.Offer(job.Id);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await (_transaction?.DisposeAsync() ?? ValueTask.CompletedTask);
        await store.DisposeAsync();
    }

    /// <summary>
    /// Makes sure, within a transaction, that a data set that this process has not itself stays, or is fetched.
    /// </summary>
    public static async Task<FetchRequest> TakeDatasetAsync(AppDbContext store, string name, CancellationToken token) =>
        DatasetCatalog.IsBuiltIn(name) ? await DatasetFetches.RequestAsync(store, name, damaged: null, evenIfFailed: false, token)
        : await DatasetStore.UseAsync(store, name, token) ? FetchRequest.Stored
        : FetchRequest.Refused;

    private async Task<bool> TakeDatasetAsync(string name, IEnumerable<JobRow> jobs, CancellationToken token)
    {
        FetchRequest request = await TakeDatasetAsync(store, name, token);
        foreach (JobRow job in jobs)
        {
            job.PendingDataset = request == FetchRequest.Pending ? name : null;
        }

        return request != FetchRequest.Refused;
    }
}
