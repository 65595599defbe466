using AutoencoderApi.Domain.Checkpoints;

namespace AutoencoderApi.Training.Runs;

/// <summary>What a run has to tell, in the order in which it happens.</summary>
public abstract record TrainingEvent(int Step)
{
    /// <param name="TrainLoss">Mean over the batches since the evaluation before; at step 0 the first batch's, untrained.</param>
    /// <param name="DeadUnits">Fraction, 0..1, of the units of layers with weights that are zero for every validation image.</param>
    public sealed record Evaluated(int Step, double TrainLoss, double ValidationLoss, double DeadUnits) : TrainingEvent(Step);

    /// <summary>Something a user should know; the run goes on.</summary>
    public sealed record Warned(int Step, string Message) : TrainingEvent(Step);

    /// <summary>A point from which the run can go on. Comes as planned, and before a run ends for any reason.</summary>
    public sealed record Checkpointed(int Step, Checkpoint Checkpoint) : TrainingEvent(Step);

    /// <summary>A frame of the film, between the checkpoints, each of which is one too.</summary>
    /// <param name="Frame">See <see cref="Domain.Checkpoints.Checkpoint.ToFrame"/>.</param>
    public sealed record Framed(int Step, Checkpoint Frame) : TrainingEvent(Step);

    /// <summary>The last step is done and the test loss is known.</summary>
    public sealed record Finished(int Step) : TrainingEvent(Step);

    /// <summary>The run was asked to stop and did, within a step or an evaluation where it was in one.</summary>
    public sealed record Stopped(int Step) : TrainingEvent(Step);

    /// <summary>The loss or the weights are no longer finite numbers; the last point and the last checkpoint are from before.</summary>
    public sealed record Diverged(int Step, string Advice) : TrainingEvent(Step);

    /// <summary>The network has collapsed and <c>stopOnCollapse</c> is set.</summary>
    public sealed record Collapsed(int Step, string Advice) : TrainingEvent(Step);
}
