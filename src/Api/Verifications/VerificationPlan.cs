using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Verifications;

namespace AutoencoderApi.Api.Verifications;

/// <summary>A checkpoint to verify, and the state to train again from.</summary>
/// <param name="Start">The state itself, with the settings of the checkpoint to verify.</param>
/// <param name="From">What the state is.</param>
/// <param name="MeasuresLosses">Whether every stated loss is measured on the way; else they are those of the state.</param>
/// <param name="Doubt">Why a difference would prove nothing, as a sentence; null where it does.</param>
/// <param name="Notes">What was noticed on the way to the state.</param>
internal sealed record VerificationPlan(
    Dataset Dataset,
    Checkpoint Stated,
    Checkpoint Start,
    VerificationStart From,
    bool MeasuresLosses,
    string? Doubt,
    IReadOnlyList<string> Notes);

/// <summary>Why nothing is trained again.</summary>
internal abstract record VerificationRefusal
{
    private VerificationRefusal()
    {
    }

    /// <summary>There is nothing to verify: the job fails.</summary>
    internal sealed record Failed(JobError Error) : VerificationRefusal;

    /// <summary>Equal bits are not to be expected, or the state to begin from is gone: the job succeeds with that outcome.</summary>
    internal sealed record NotCheckable(string Reason) : VerificationRefusal;
}
