using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>Adam on the threads that compute the gradients.</summary>
internal abstract class SimdTrainingSession(NetworkDefinition definition, NetworkState from, int threads)
    : TrainingSession(definition, from.Step)
{
    private readonly Adam _adam = new([.. from.FirstMoment], [.. from.SecondMoment]);

    protected ForkJoinPool Pool { get; } = new(threads);

    protected abstract Span<float> MutableWeights { get; }

    public override ReadOnlySpan<float> Weights => MutableWeights;

    public override void Dispose() => Pool.Dispose();

    protected override void UpdateWeights(int step, double learningRate) => Pool.InPartitions(
        Definition.ParameterCount,
        (first, end) => _adam.Step(MutableWeights[first..end], Gradients[first..end], first, step, learningRate));

    protected override (float[] First, float[] Second) CopyMoments() => ([.. _adam.FirstMoment], [.. _adam.SecondMoment]);
}
