using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Evaluations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>An evaluation that is about to be stored, with its job.</summary>
internal sealed record PlannedEvaluation(EvaluationRow Row, JobRow Job)
{
    private const int NumbersOfPoint = 6; // index, label, and two places, beside the code

    /// <param name="owner">The key's id.</param>
    public static PlannedEvaluation Of(CheckpointRow checkpoint, string dataset, string split, string? against, string? owner)
    {
        JobRow job = JobQueue.NewEvaluation(checkpoint.Settings with { Dataset = dataset }, owner);
        return new PlannedEvaluation(
            new EvaluationRow
            {
                JobId = job.Id,
                CheckpointId = checkpoint.Id,
                Dataset = dataset,
                Split = split,
                Against = against ?? EvaluationRow.NoDataset,
            },
            job);
    }

    /// <summary>Bytes that the evaluation will store: of its map, beside which the losses are few.</summary>
    public double Bytes =>
        sizeof(float) * (double)CodeMap.MaxImages * (NetworkDefinition.For(Job.Settings).CodeShape.Count + NumbersOfPoint);
}

/// <summary>Checks what an evaluation is asked of.</summary>
internal sealed class EvaluationCreation(CheckpointStore checkpoints, DatasetCatalog datasets)
{
    /// <summary>Of a request for an evaluation.</summary>
    public static readonly ProblemType[] Refusals =
    [
        ProblemType.InvalidFields, ProblemType.CheckpointNotFound, ProblemType.DatasetNotFound, ProblemType.DatasetUnavailable,
        ProblemType.ImageUnusable,
    ];

    /// <returns>The evaluation, or the problem with the request.</returns>
    public async Task<Result<PlannedEvaluation, ProblemHttpResult>> PlanAsync(
        EvaluationRequest request, string owner, CancellationToken token)
    {
        if (string.IsNullOrEmpty(request.Checkpoint))
        {
            return Problems.Invalid("checkpoint", "must be the id or the tag of a checkpoint.");
        }

        if (request.Split is { } split && !Dataset.Splits.Contains(split))
        {
            return Problems.Invalid("split", $"must be one of {string.Join(", ", Dataset.Splits)}.");
        }

        if (await checkpoints.FindAsync(request.Checkpoint, token) is not { } checkpoint)
        {
            return Problems.CheckpointNotFound(request.Checkpoint);
        }

        string dataset = request.Dataset ?? checkpoint.Settings.Dataset;
        PlannedEvaluation planned = PlannedEvaluation.Of(checkpoint, dataset, request.Split ?? "test", request.Against, owner);
        if (ExampleCheckpoints.Find(checkpoint.Id) is { } example && StoredEvaluation.Of(example).IsOf(planned.Row))
        {
            return planned; // it comes with the service, so that no image is needed
        }

        if (await MisfitAsync(dataset, checkpoint, token) is { } misfit)
        {
            return misfit;
        }

        if (request.Against is { } against)
        {
            if (against == dataset)
            {
                return Problems.Invalid("against", $"must be another data set than '{dataset}', whose images are the normal ones.");
            }

            if (await MisfitAsync(against, checkpoint, token) is { } other)
            {
                return other;
            }
        }

        return planned;
    }

    /// <summary>The problem with a data set for the checkpoint's network; null where there is none.</summary>
    private async Task<ProblemHttpResult?> MisfitAsync(string dataset, CheckpointRow checkpoint, CancellationToken token) =>
        await datasets.ShapeOfAsync(dataset, token) is not { } images
            ? Problems.DatasetNotFound(dataset, await datasets.NamesAsync(token))
        : ImageInputReader.Misfit(dataset, images, TensorShape.Of(checkpoint.Settings.ImageShape)) is { } misfit ? misfit
        : await datasets.FaultAsync(dataset, token) is { } fault ? Problems.DatasetUnavailable(fault)
        : null;
}
