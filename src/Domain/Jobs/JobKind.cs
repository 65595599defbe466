namespace AutoencoderApi.Domain.Jobs;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Trains a network.</summary>
    Training,

    /// <summary>Evaluates a checkpoint.</summary>
    Evaluation,

    /// <summary>Trains a checkpoint again and compares the two.</summary>
    Verification,
}
