using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>What an evaluation of a job's checkpoint on the test split has found.</summary>
/// <param name="Step">The step of the checkpoint.</param>
/// <param name="Against">The data set whose images are taken for anomalous; null for none.</param>
public sealed record ReportEvaluation(ReportRow Row, int Step, string? Against, EvaluationResult Result)
{
    /// <summary>
    /// The evaluations of each job's newest evaluated checkpoint, in the order of the jobs; those of other splits or other data sets than
    /// the job's own are left out.
    /// </summary>
    internal static async Task<IReadOnlyList<ReportEvaluation>> OfAsync(
        Guid experiment, IReadOnlyList<(JobRow Job, ReportRow Row)> jobs, IDbContextFactory<AppDbContext> stores, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var found = await EvaluationStore.All(store)
            .Where(each => each.Job.Status == JobStatus.Succeeded && each.Row.Split == "test")
            .Join(
                store.Checkpoints.Where(row => store.Jobs.Any(job => job.Id == row.JobId && job.ExperimentId == experiment)),
                each => each.Row.CheckpointId,
                row => row.Id,
                (each, row) => new { each.Row, row.JobId, row.Step })
            .AsNoTracking()
            .ToListAsync(token);
        return
        [
            .. from job in jobs
               from newest in found
                   .Where(each => each.JobId == job.Job.Id && each.Row.Dataset == job.Job.Settings.Dataset && each.Row.Result is not null)
                   .GroupBy(each => each.Step)
                   .OrderByDescending(own => own.Key)
                   .Take(1)
               from each in newest.OrderBy(each => each.Row.Against, StringComparer.Ordinal)
               select new ReportEvaluation(
                   job.Row, each.Step, each.Row.Against == EvaluationRow.NoDataset ? null : each.Row.Against, each.Row.Result!),
        ];
    }
}
