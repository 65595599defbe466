using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A dense network in training, on matrix products of our own. Each thread computes its share of every layer's units for the
/// whole batch and no sum is split between threads: any thread count gives the same bits.
/// </summary>
internal sealed class DenseNetwork : INetwork
{
    private const int SurveyedAtOnce = 64; // images

    private readonly AlignedFloats _weights;
    private readonly AlignedFloats _gradients;
    private readonly ForkJoinPool _pool;
    private DenseWorkspace? _pass;

    public DenseNetwork(NetworkDefinition definition, float[] weights, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, definition.ParameterCount);
        Definition = definition;
        (_weights, _gradients) = (new AlignedFloats(weights.Length + MicroKernel.Lanes), new AlignedFloats(weights.Length)); // the products read past the weights' end
        weights.CopyTo(_weights.Span);
        _pool = new ForkJoinPool(threads);
    }

    public NetworkDefinition Definition { get; }

    public Span<float> Weights => _weights.Span[..Definition.ParameterCount];

    public ReadOnlySpan<float> Gradients => _gradients.Span;

    public double? ForwardBackward(float[] inputs, float[] targets, CancellationToken token)
    {
        int size = Definition.Input.Count, count = inputs.Length / size;
        DenseWorkspace pass = _pass = _pass?.Capacity >= count ? _pass : new DenseWorkspace(Definition, _weights, _gradients, count);
        double[] squares = new double[count];
        _pool.Run(part => Each(part, row => inputs.AsSpan(row * size, size).CopyTo(pass.Input(row))));
        foreach (LinearLayer layer in pass.Layers)
        {
            _pool.Run(part => layer.Forward(count, part, _pool.Size, token));
        }

        _pool.Run(part => Each(part, row => squares[row] = pass.Compare(targets.AsSpan(row * size, size), row, 2f / targets.Length))); // the gradient of the mean of squares is 2 / count times the error
        foreach (LinearLayer layer in pass.Layers.Reverse())
        {
            _pool.Run(part => layer.Backward(count, part, _pool.Size, token));
        }

        return token.IsCancellationRequested ? null : squares.Sum() / targets.Length;

        void Each(int part, Action<int> work)
        {
            (int first, int end) = Partition.Of(count, part, _pool.Size);
            for (int row = first; row < end; row++)
            {
                work(row);
            }
        }
    }

    public void InPartitions(Action<int, int> work) => _pool.InPartitions(Definition.ParameterCount, work);

    public Evaluation? Evaluate(DatasetSplit set, Noise? noise, CancellationToken token)
    {
        EvaluationAccumulator[] accumulators = [.. Enumerable.Range(0, _pool.Size).Select(_ => new EvaluationAccumulator(Definition))];
        _pool.Run(part => EvaluatePartition(part, set, noise, accumulators[part], token));
        return token.IsCancellationRequested ? null : EvaluationAccumulator.ToEvaluation(Definition, accumulators);
    }

    public void Dispose() => _pool.Dispose();

    private void EvaluatePartition(int part, DatasetSplit set, Noise? noise, EvaluationAccumulator accumulator, CancellationToken token)
    {
        DenseWorkspace pass = new DenseWorkspace(Definition, _weights, gradients: null, SurveyedAtOnce);
        float[] clean = new float[Definition.Input.Count];
        (int first, int end) = Partition.Of(set.Count, part, _pool.Size);
        for (; first < end && !token.IsCancellationRequested; first += SurveyedAtOnce)
        {
            int count = Math.Min(SurveyedAtOnce, end - first);
            for (int row = 0; row < count; row++)
            {
                Pixels.ToFloats(set.Image(first + row), pass.Input(row));
                Pixels.AddNoise(pass.Input(row), pass.Input(row), noise, Noise.EvaluationSeed, first + row);
            }

            foreach (LinearLayer layer in pass.Layers)
            {
                layer.Forward(count, part: 0, parts: 1, token);
            }

            for (int row = 0; row < count; row++)
            {
                Pixels.ToFloats(set.Image(first + row), clean);
                accumulator.AddReconstruction(clean, pass.Output(Definition.Layers.Count - 1, row));
                for (int stage = 0; stage < Definition.Layers.Count; stage++)
                {
                    accumulator.AddUnits(stage, pass.Output(stage, row), 0, Definition.Layers[stage].Output.Count, storedChannels: 1);
                }
            }
        }
    }
}
