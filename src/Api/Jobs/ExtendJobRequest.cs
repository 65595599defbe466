using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>How much longer a job is to train.</summary>
internal sealed record ExtendJobRequest
{
    /// <summary>New total of training steps, more than before.</summary>
    public int? Steps { get; init; }

    /// <summary>
    /// Schedule of the learning rate from the newest checkpoint on. Required where the job's is <c>cosine</c>, which would have been
    /// another one from the start.
    /// </summary>
    public LearningRateSchedule? LearningRateSchedule { get; init; }
}
