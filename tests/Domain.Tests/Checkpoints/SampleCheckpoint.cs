using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Tests.Checkpoints;

/// <summary>A checkpoint with no default left in it, whose every value is another.</summary>
internal static class SampleCheckpoint
{
    public static Checkpoint Of(Architecture architecture, bool withMoments = true)
    {
        TrainingSettings settings = TrainingSettings.For(
            architecture,
            "fashion-mnist",
            Activation.Tanh,
            Activation.Linear,
            Activation.Sigmoid
        ) with
        {
            ImageShape = [3, 8, 12],
            Steps = 321,
            BatchSize = 7,
            LearningRate = 0.1 + 0.2,
            Seed = int.MaxValue,
            Channels = [3, 5],
            KernelSize = 3,
            DecoderBias = true,
            DenseWidths = [9, 4],
            WarmupSteps = 11,
            LearningRateSchedule = LearningRateSchedule.Constant,
            StopOnCollapse = false,
            EvaluateEvery = 13,
            CheckpointEvery = 17,
            Noise = new Noise { Kind = NoiseKind.SaltAndPepper, Amount = 0.1 + 0.2 },
            StartFrom = new Guid("7ad7e0d6-2b5f-4c0c-8f4e-5a8a4f4a9d10"),
        };
        int count = NetworkDefinition.For(settings).ParameterCount;
        return new Checkpoint(
            settings,
            Step: 123,
            new Losses(1.0 / 3, Math.BitIncrement(0.01), null),
            EvaluatedStep: 117,
            LossSum: 1e-300 / 3,
            new ExecutionEnvironment(2, "avx512"),
            Values(1, count),
            withMoments ? Values(2, count) : null,
            withMoments ? Values(3, count) : null)
        {
            Data = new DataProfile(Background.Light, [1 / 255.0, 0.9]),
        };
    }

    /// <summary>Finite floats of every magnitude and sign, the edges of the type first.</summary>
    private static float[] Values(ulong seed, int count)
    {
        var random = new SplitMix64(seed);
        IEnumerable<float> edges = [-0f, 0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, MathF.PI];
        IEnumerable<float> others = Enumerable
            .Range(0, 2 * count)
            .Select(_ => BitConverter.UInt32BitsToSingle((uint)random.Next()))
            .Where(float.IsFinite);
        return [.. edges.Concat(others).Take(count)];
    }
}
