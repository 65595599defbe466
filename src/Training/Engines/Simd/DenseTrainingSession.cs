using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A dense network in training, on matrix products of our own. Each thread computes its partition of every layer's units for the
/// whole batch and no sum is split between threads: any thread count gives the same bits.
/// </summary>
internal sealed class DenseTrainingSession : SimdTrainingSession
{
    private const int ChunkSize = 64; // images of a split that are evaluated at once

    private readonly AlignedFloats _weights;
    private readonly AlignedFloats _gradients;
    private DenseWorkspace? _workspace;

    public DenseTrainingSession(NetworkDefinition definition, NetworkState from, int threads)
        : base(definition, from, threads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(from.Weights.Length, definition.ParameterCount);
        (_weights, _gradients) = (DenseWorkspace.ReadableWeights(from.Weights), new AlignedFloats(from.Weights.Length));
    }

    public override ReadOnlySpan<float> Gradients => _gradients.Span;

    protected override Span<float> MutableWeights => _weights.Span[..Definition.ParameterCount];

    public override double? ForwardBackward(TrainingBatch batch, CancellationToken token)
    {
        (float[] inputs, float[] targets) = batch;
        int size = Definition.Input.Count, count = inputs.Length / size;
        DenseWorkspace workspace = _workspace = _workspace?.Capacity >= count ? _workspace
            : new DenseWorkspace(Definition, _weights, _gradients, count);
        double[] squares = new double[count];
        Pool.Run(part => Each(part, row => inputs.AsSpan(row * size, size).CopyTo(workspace.Input(row))));
        foreach (LinearLayer layer in workspace.Layers)
        {
            Pool.Run(part => layer.Forward(count, part, Pool.Size, token));
        }

        float scale = 2f / targets.Length; // the gradient of the mean of squares is 2 / count times the error
        Pool.Run(part => Each(part, row => squares[row] = workspace.Compare(targets.AsSpan(row * size, size), row, scale)));
        foreach (LinearLayer layer in workspace.Layers.Reverse())
        {
            Pool.Run(part => layer.Backward(count, part, Pool.Size, token));
        }

        return token.IsCancellationRequested ? null : squares.Sum() / targets.Length;

        void Each(int part, Action<int> work)
        {
            (int first, int end) = Partition.Of(count, part, Pool.Size);
            for (int row = first; row < end; row++)
            {
                work(row);
            }
        }
    }

    public override Evaluation? Evaluate(DatasetSplit split, Noise? noise, CancellationToken token)
    {
        EvaluationAccumulator[] accumulators = [.. Enumerable.Range(0, Pool.Size).Select(_ => new EvaluationAccumulator(Definition))];
        Pool.Run(part => EvaluatePartition(part, split, noise, accumulators[part], token));
        return token.IsCancellationRequested ? null : EvaluationAccumulator.ToEvaluation(Definition, accumulators);
    }

    private void EvaluatePartition(int part, DatasetSplit split, Noise? noise, EvaluationAccumulator accumulator, CancellationToken token)
    {
        DenseWorkspace workspace = new DenseWorkspace(Definition, _weights, gradients: null, ChunkSize);
        float[] clean = new float[Definition.Input.Count];
        (int first, int end) = Partition.Of(split.Count, part, Pool.Size);
        for (; first < end && !token.IsCancellationRequested; first += ChunkSize)
        {
            int count = Math.Min(ChunkSize, end - first);
            for (int row = 0; row < count; row++)
            {
                Pixels.ToFloats(split.Image(first + row), workspace.Input(row));
                Pixels.AddNoise(workspace.Input(row), workspace.Input(row), noise, Noise.EvaluationSeed, first + row);
            }

            foreach (LinearLayer linear in workspace.Layers)
            {
                linear.Forward(count, part: 0, parts: 1, token);
            }

            for (int row = 0; row < count; row++)
            {
                Pixels.ToFloats(split.Image(first + row), clean);
                accumulator.AddReconstruction(clean, workspace.Output(Definition.Layers.Count - 1, row));
                for (int layer = 0; layer < Definition.Layers.Count; layer++)
                {
                    accumulator.AddUnits(layer, workspace.Output(layer, row), 0, Definition.Layers[layer].Output.Count, storedChannels: 1);
                }
            }
        }
    }
}
