using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>An evaluation, which is a job of its own, and what it has found.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="Checkpoint">Id of the checkpoint.</param>
/// <param name="Dataset">Data set whose images are used.</param>
/// <param name="Split">Split whose images are used.</param>
/// <param name="Against">Data set whose images are anomalous; null without one.</param>
/// <param name="Status">Current status.</param>
/// <param name="Percent">Progress in percent.</param>
/// <param name="Attempt">Number of times that a worker has started the evaluation.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="StartedAt">Time when a worker first started it; null before.</param>
/// <param name="EndedAt">Time when it ended; null before.</param>
/// <param name="Error">Error of a failed evaluation, or null.</param>
/// <param name="Result">What was found; null until it is known. The map follows it, and ends the evaluation.</param>
/// <param name="Links">Paths of related resources.</param>
internal sealed record EvaluationResponse(
    Guid Id,
    Guid Checkpoint,
    string Dataset,
    string Split,
    string? Against,
    JobStatus Status,
    [property: Range(0, 100)] int Percent,
    int Attempt,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? EndedAt,
    JobError? Error,
    EvaluationResult? Result,
    EvaluationLinks Links)
{
    public static EvaluationResponse Of(StoredEvaluation evaluation)
    {
        (EvaluationRow row, JobRow job) = (evaluation.Row, evaluation.Job);
        return new EvaluationResponse(
            job.Id,
            row.CheckpointId,
            row.Dataset,
            row.Split,
            row.Against == EvaluationRow.NoDataset ? null : row.Against,
            job.Status,
            job.Status == JobStatus.Succeeded ? 100 : job.Step,
            job.Attempt,
            job.CreatedAt,
            job.StartedAt,
            job.EndedAt,
            job.Error,
            row.Result,
            EvaluationLinks.Of(job.Id));
    }
}

/// <summary>The paths of an evaluation.</summary>
/// <param name="Self">Path of the evaluation.</param>
/// <param name="Cancel">Path to POST to for cancelling it.</param>
/// <param name="Losses">Path of each image's loss.</param>
/// <param name="Best">Path of the images of the smallest losses.</param>
/// <param name="Worst">Path of the images of the largest losses.</param>
/// <param name="Map">Path of the map of the codes.</param>
/// <param name="MapImage">Path of the same as a picture.</param>
internal sealed record EvaluationLinks(
    [property: ApiPath] string Self,
    [property: ApiPath] string Cancel,
    [property: ApiPath] string Losses,
    [property: ApiPath] string Best,
    [property: ApiPath] string Worst,
    [property: ApiPath] string Map,
    [property: ApiPath] string MapImage)
{
    public static EvaluationLinks Of(Guid id)
    {
        string self = $"/v1/evaluations/{id}";
        return new EvaluationLinks(
            self, $"{self}/cancel", $"{self}/losses", $"{self}/best.png", $"{self}/worst.png", $"{self}/map", $"{self}/map.png");
    }
}
