using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>
/// A network in training by libtorch. A call of libtorch cannot be stopped, so a batch is computed in slices whose gradients
/// add up.
/// </summary>
internal sealed class TorchTrainingSession : TrainingSession
{
    private const int ChunkSize = 250; // images of a split that are evaluated at once
    private const double SliceFlop = 5e9; // of a call of libtorch: under a second on one slow core, and all of a usual batch

    private readonly int _threads;
    private readonly int _sliceSize; // images
    private readonly TorchNetwork _network;
    private readonly TorchAdam _optimizer;

    public TorchTrainingSession(NetworkDefinition definition, NetworkState from, int threads)
        : base(definition, from.Step)
    {
        (_threads, _sliceSize) = (threads, (int)Math.Clamp(SliceFlop / definition.TrainingFlop, 1, int.MaxValue));
        using DisposeScope scope = NewDisposeScope();
        _network = new TorchNetwork(definition, from.Weights, trainable: true);
        _optimizer = new TorchAdam(_network.Weights, _network.Gradients!);
        from.FirstMoment.CopyTo(TorchNetwork.Values(_optimizer.FirstMoment));
        from.SecondMoment.CopyTo(TorchNetwork.Values(_optimizer.SecondMoment));
    }

    public override ReadOnlySpan<float> Weights => TorchNetwork.Values(_network.Weights);

    public override ReadOnlySpan<float> Gradients => TorchNetwork.Values(_network.Gradients!);

    public override double? ForwardBackward(TrainingBatch batch, CancellationToken token)
    {
        TorchThreads.Use(_threads);
        using DisposeScope scope = NewDisposeScope();
        _network.Gradients!.zero_();
        double squares = 0;
        int size = _sliceSize * Definition.Input.Count, length = batch.Inputs.Length;
        for (int first = 0; first < length && !token.IsCancellationRequested; first += size)
        {
            int count = Math.Min(size, length - first);
            squares += ForwardBackwardSlice(
                batch.Inputs.AsSpan(first, count),
                batch.Targets.AsSpan(first, count),
                (double)count / length,
                token);
        }

        return token.IsCancellationRequested ? null : squares / length;
    }

    public override Evaluation? Evaluate(DatasetSplit split, Noise? noise, CancellationToken token)
    {
        TorchThreads.Use(_threads);
        using var noGrad = no_grad();
        EvaluationAccumulator accumulator = new EvaluationAccumulator(Definition);
        int size = Math.Min(ChunkSize, _sliceSize);
        for (int first = 0; first < split.Count && !token.IsCancellationRequested; first += size)
        {
            using DisposeScope chunk = NewDisposeScope();
            DatasetSplit slice = split.Slice(first, Math.Min(size, split.Count - first));
            float[] clean = new float[slice.Count * slice.PixelsPerImage], inputs = noise is null ? clean : new float[clean.Length];
            Pixels.ToFloats(slice, clean);
            for (int i = 0; i < slice.Count; i++)
            {
                Range own = (i * slice.PixelsPerImage)..((i + 1) * slice.PixelsPerImage);
                Pixels.AddNoise(clean.AsSpan(own), inputs.AsSpan(own), noise, Noise.EvaluationSeed, first + i);
            }

            AddTo(accumulator, inputs, clean, token);
        }

        return token.IsCancellationRequested ? null : EvaluationAccumulator.ToEvaluation(Definition, [accumulator]);
    }

    public override void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }

    protected override void UpdateWeights(int step, double learningRate) => _optimizer.Step(step, learningRate);

    protected override (float[] First, float[] Second) CopyMoments() =>
        ([.. TorchNetwork.Values(_optimizer.FirstMoment)], [.. TorchNetwork.Values(_optimizer.SecondMoment)]);

    /// <summary>Adds a slice's part of the batch's gradients, and returns its sum of squared errors.</summary>
    /// <param name="fraction">Of the batch.</param>
    private double ForwardBackwardSlice(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, double fraction, CancellationToken token)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = TorchNetwork.ToTensor(inputs, Definition.Input); // [B,C,H,W]
        foreach ((_, Tensor output) in _network.Activations(y))
        {
            if (token.IsCancellationRequested)
            {
                return 0;
            }

            y = output;
        }

        Tensor loss = nn.functional.mse_loss(y, TorchNetwork.ToTensor(targets, Definition.Input));
        using Scalar part = fraction; // held until libtorch has read it, see TorchAdam
        (fraction < 1 ? loss.mul(part) : loss).backward();
        return SquaredError.Sum(TorchNetwork.Values(y.detach()), targets); // the loss itself would overflow where the error's square does
    }

    private void AddTo(EvaluationAccumulator accumulator, float[] inputs, float[] clean, CancellationToken token)
    {
        int layer = 0, count = inputs.Length / Definition.Input.Count;
        foreach ((Layer named, Tensor output) in _network.Activations(TorchNetwork.ToTensor(inputs, Definition.Input)))
        {
            if (token.IsCancellationRequested)
            {
                return;
            }

            int units = named.Output.Count;
            Span<float> values = TorchNetwork.Values(output);
            for (int i = 0; i < count; i++)
            {
                Span<float> own = values.Slice(i * units, units);
                if (accumulator.Wants(layer))
                {
                    accumulator.AddUnits(layer, own, 0, units, storedChannels: 1);
                }

                if (layer == Definition.Layers.Count - 1)
                {
                    accumulator.AddReconstruction(clean.AsSpan(i * units, units), own);
                }
            }

            layer++;
        }
    }
}
