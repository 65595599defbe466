using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Verifications;

namespace AutoencoderApi.Api.Verifications;

/// <summary>A verification of a checkpoint, which is a job of its own, and what it has found.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="Checkpoint">Id of the checkpoint.</param>
/// <param name="Sha256">SHA-256 of the checkpoint's file when the verification was requested, in lower-case hexadecimal.</param>
/// <param name="Status">Current status.</param>
/// <param name="Percent">Progress in percent.</param>
/// <param name="Attempt">Number of times that a worker has started the verification.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="StartedAt">Time when a worker first started it; null before.</param>
/// <param name="EndedAt">Time when it ended; null before.</param>
/// <param name="Error">Error of a failed verification, or null. A checkpoint that differs is no error but a result.</param>
/// <param name="Result">What was found; null until it is known.</param>
/// <param name="Links">Paths of related resources.</param>
internal sealed record VerificationResponse(
    Guid Id,
    Guid Checkpoint,
    [property: RegularExpression("^[0-9a-f]{64}$")] string Sha256,
    JobStatus Status,
    [property: Range(0, 100)] int Percent,
    int Attempt,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? EndedAt,
    JobError? Error,
    VerificationResult? Result,
    VerificationLinks Links)
{
    public static VerificationResponse Of(StoredVerification verification)
    {
        (VerificationRow row, JobRow job) = (verification.Row, verification.Job);
        return new VerificationResponse(
            job.Id,
            row.CheckpointId,
            row.Sha256,
            job.Status,
            job.Status == JobStatus.Succeeded ? 100 : job.Step,
            job.Attempt,
            job.CreatedAt,
            job.StartedAt,
            job.EndedAt,
            job.Error,
            row.Result,
            VerificationLinks.Of(row));
    }
}

/// <summary>The paths of a verification.</summary>
/// <param name="Self">Path of the verification.</param>
/// <param name="Cancel">Path to POST to for cancelling it.</param>
/// <param name="Checkpoint">Path of the checkpoint, which may have been deleted since.</param>
internal sealed record VerificationLinks(
    [property: ApiPath] string Self, [property: ApiPath] string Cancel, [property: ApiPath] string Checkpoint)
{
    public static VerificationLinks Of(VerificationRow row) =>
        new(SelfOf(row.JobId), $"{SelfOf(row.JobId)}/cancel", $"/v1/checkpoints/{row.CheckpointId}");

    public static string SelfOf(Guid id) => $"/v1/verifications/{id}";
}
