using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

/// <summary>No loss, weight or moment that is not a finite number leaves a run.</summary>
public sealed class NonFiniteTests
{
    private static readonly Dataset s_digits = SyntheticDigits.Create(40, 10, 10);

    public static MatrixTheoryData<EngineKind, Architecture, float> Weights =>
        new(
            [EngineKind.Simd, EngineKind.TorchSharp],
            Enum.GetValues<Architecture>(),
            [1e4f, 1e9f, 1e19f, 1e30f, float.PositiveInfinity, float.NaN]);

    [Theory]
    [MemberData(nameof(Weights))]
    public void A_run_from_weights_that_overflow_tells_finite_losses_and_checkpoints_only_and_ends_as_diverged(
        EngineKind engine,
        Architecture architecture,
        float weight)
    {
        TrainingSettings settings = TrainingSettings.For(
            architecture,
            "synthetic-digits",
            Activation.Relu,
            Activation.Relu,
            Activation.Relu
        ) with
        {
            Channels = [64, 64],
            KernelSize = 9,
            DenseWidths = [1_000, 64],
            Steps = 3,
            BatchSize = 2,
            EvaluateEvery = 1,
            CheckpointEvery = 1,
            WarmupSteps = 0,
            StopOnCollapse = false,
        };
        float[] weights = Trainer.CreateInitialState(settings, 1).Weights;
        Array.Fill(weights, weight);
        List<TrainingEvent> events =
        [
            .. new Trainer(s_digits, Trainer.CreateInitialState(settings, 1, weights, engine), engine).Train(CancellationToken.None),
        ];
        Assert.All(events.OfType<TrainingEvent.Evaluated>(), point =>
            Assert.True(double.IsFinite(point.TrainLoss) && double.IsFinite(point.ValidationLoss)));
        Assert.All(events.OfType<TrainingEvent.Checkpointed>(), point => Assert.True(point.Checkpoint.IsFinite));
        Assert.IsType<TrainingEvent.Diverged>(events[^1]);
    }

    /// <summary>The largest products of fan-ins that settings allow; linear units hold nothing back.</summary>
    [Theory]
    [InlineData(Architecture.Strided)]
    [InlineData(Architecture.ZeroUnpool)]
    [InlineData(Architecture.NearestUnpool)]
    [InlineData(Architecture.SwitchUnpool)]
    [InlineData(Architecture.Dense)]
    public void Weights_within_what_an_import_may_have_compute_a_finite_loss_on_any_image(Architecture architecture)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "any", Activation.Linear, Activation.Linear, Activation.Linear) with
        {
            ImageShape = architecture == Architecture.Dense ? [1, 40, 40] : [3, 128, 128],
            Channels = [64, 64],
            KernelSize = 9,
            DenseWidths = [625, 1_568],
            DecoderBias = true,
        };
        NetworkDefinition definition = NetworkDefinition.For(settings);
        Assert.InRange(definition.ParameterCount, 1, TrainingSettingsValidator.MaxParameters);
        float[] weights = new float[definition.ParameterCount], white = new float[definition.Input.Count];
        Array.Fill(weights, 10_000);
        Array.Fill(white, 1);
        using var model = new Model(Trainer.CreateInitialState(settings, threads: 1, weights));
        Assert.True(double.IsFinite(SquaredError.Sum(model.Reconstruct(white), white)));
    }

    [Theory]
    [InlineData(EngineKind.Simd, false)]
    [InlineData(EngineKind.Simd, true)]
    [InlineData(EngineKind.TorchSharp, false)]
    [InlineData(EngineKind.TorchSharp, true)]
    public void An_error_whose_square_no_float_can_hold_has_a_finite_loss(EngineKind engine, bool isDense)
    {
        TrainingSettings settings = TrainingSettings.For(
            isDense ? Architecture.Dense : Architecture.Strided,
            "any",
            Activation.Linear,
            Activation.Linear,
            Activation.Linear);
        NetworkDefinition definition = NetworkDefinition.For(settings with { DecoderBias = true });
        float[] weights = new float[definition.ParameterCount];
        weights.AsSpan(weights.Length - (isDense ? 784 : 1)).Fill(1e25f); // the output's bias: every pixel is 1e25
        using TrainingSession session = Sessions.Start(engine, definition, weights, threads: 1);
        float[] black = new float[2 * 784];
        Assert.Equal(1e50, session.Loss(new TrainingBatch(black, black), CancellationToken.None)!.Value, 1e44);
        Assert.Equal(
            1e50,
            session.Evaluate(new DatasetSplit(definition.Input, new byte[2 * 784], new byte[2]), noise: null, CancellationToken.None)!.Loss,
            1e44);
    }
}
