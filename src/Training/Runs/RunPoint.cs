using AutoencoderApi.Domain.Checkpoints;

namespace AutoencoderApi.Training.Runs;

/// <summary>A point of a run between two of its steps.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="IsEvaluated">Whether an evaluation that is due after that step has been made.</param>
public sealed record RunPoint(int Step, bool IsEvaluated)
{
    /// <summary>Where the run was when it wrote that checkpoint: one that was stopped within an evaluation has not made it.</summary>
    public static RunPoint Of(Checkpoint checkpoint) => new(checkpoint.Step, checkpoint.EvaluatedStep == checkpoint.Step);
}
