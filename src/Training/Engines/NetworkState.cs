using AutoencoderApi.Domain.Checkpoints;

namespace AutoencoderApi.Training.Engines;

/// <summary>A network's parameters and Adam's state, each as one vector in the order of the network's definition.</summary>
/// <param name="FirstMoment">Running mean of each gradient.</param>
/// <param name="SecondMoment">Running mean of each squared gradient.</param>
/// <param name="Step">Steps that Adam has taken.</param>
internal sealed record NetworkState(float[] Weights, float[] FirstMoment, float[] SecondMoment, int Step)
{
    /// <summary>Before the first step.</summary>
    public static NetworkState Initial(float[] weights) => new(weights, new float[weights.Length], new float[weights.Length], Step: 0);

    /// <summary>A checkpoint's; without moments in it, Adam begins with zeros.</summary>
    public static NetworkState Of(Checkpoint checkpoint) => new(
        checkpoint.Weights,
        checkpoint.FirstMoment ?? new float[checkpoint.Weights.Length],
        checkpoint.SecondMoment ?? new float[checkpoint.Weights.Length],
        checkpoint.Step);
}
