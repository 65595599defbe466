using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A convolutional network in training, on kernels of our own. Each thread takes a fixed share of a batch's images through
/// a workspace of its own, and the workspaces' gradients are added in a fixed order: the same thread count gives the same bits.
/// </summary>
internal sealed class SimdNetwork : INetwork
{
    private readonly float[] _weights;
    private readonly float[] _gradients;
    private readonly PackedWeights _packed;
    private readonly ThreadWorkspace[] _workspaces;
    private readonly int[] _places; // where in a workspace's gradients each parameter's stands
    private readonly ForkJoinPool _pool;

    public SimdNetwork(NetworkDefinition definition, float[] weights, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, definition.ParameterCount);
        Definition = definition;
        (_weights, _gradients, _places) = ([.. weights], new float[weights.Length], new int[weights.Length]);
        _packed = new PackedWeights(definition, trained: true);
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new ThreadWorkspace(_packed, trained: true))];
        foreach ((int place, int parameter) in _packed.GradientSource.Index().Where(pair => pair.Item >= 0))
        {
            _places[parameter] = place;
        }

        _pool = new ForkJoinPool(threads);
    }

    public NetworkDefinition Definition { get; }

    public Span<float> Weights => _weights;

    public ReadOnlySpan<float> Gradients => _gradients;

    public double? ForwardBackward(float[] inputs, float[] targets, CancellationToken token)
    {
        double[] squares = new double[_pool.Size];
        _pool.Run(part => _packed.Pack(_weights, part, _pool.Size));
        _pool.Run(part => squares[part] = LearnShare(part, inputs, targets, token));
        _pool.Run(AddGradients);
        return token.IsCancellationRequested ? null : squares.Sum() / targets.Length;
    }

    public void InPartitions(Action<int, int> work) => _pool.InPartitions(_weights.Length, work);

    public Evaluation? Evaluate(DatasetSplit set, Noise? noise, CancellationToken token)
    {
        EvaluationAccumulator[] accumulators = [.. _workspaces.Select(_ => new EvaluationAccumulator(Definition))];
        _packed.Pack(_weights);
        _pool.Run(part => EvaluatePartition(part, set, noise, accumulators[part], token));
        return token.IsCancellationRequested ? null : EvaluationAccumulator.ToEvaluation(Definition, accumulators);
    }

    public void Dispose() => _pool.Dispose();

    private double LearnShare(int part, float[] inputs, float[] targets, CancellationToken token)
    {
        ThreadWorkspace workspace = _workspaces[part];
        workspace.Gradients.Span.Clear();
        double squares = 0;
        int size = Definition.Input.Count;
        (int first, int end) = Partition.Of(inputs.Length / size, part, _pool.Size);
        for (int i = first; i < end && !token.IsCancellationRequested; i++)
        {
            workspace.Read(inputs.AsSpan(i * size, size));
            squares += workspace.ForwardBackward(targets.AsSpan(i * size, size), 2f / targets.Length, token); // the gradient of the mean of squares is 2 / count times the error
        }

        return squares;
    }

    private void AddGradients(int part)
    {
        (int first, int end) = Partition.Of(_gradients.Length, part, _pool.Size);
        for (int i = first; i < end; i++)
        {
            float sum = 0;
            foreach (ThreadWorkspace workspace in _workspaces)
            {
                sum += workspace.Gradients.Span[_places[i]];
            }

            _gradients[i] = sum;
        }
    }

    private void EvaluatePartition(int part, DatasetSplit set, Noise? noise, EvaluationAccumulator accumulator, CancellationToken token)
    {
        ThreadWorkspace workspace = _workspaces[part];
        float[] clean = new float[Definition.Input.Count], input = noise is null ? clean : new float[clean.Length], reconstruction = new float[clean.Length];
        (int first, int end) = Partition.Of(set.Count, part, _pool.Size);
        for (int i = first; i < end && !token.IsCancellationRequested; i++)
        {
            Pixels.ToFloats(set.Image(i), clean);
            Pixels.AddNoise(clean, input, noise, Noise.EvaluationSeed, i);
            workspace.Read(input);
            workspace.Forward(Definition.Layers.Count - 1, token: token);
            workspace.CopyReconstructionTo(reconstruction);
            accumulator.AddReconstruction(clean, reconstruction);
            for (int layer = 0; layer < Definition.Layers.Count; layer++)
            {
                if (accumulator.Wants(layer))
                {
                    AddUnits(accumulator, layer, workspace.Output(layer));
                }
            }
        }
    }

    private static void AddUnits(EvaluationAccumulator accumulator, int layer, FeatureMapBuffer map)
    {
        int rowLength = map.Width * map.Channels;
        for (int row = 0; row < map.Height; row++)
        {
            accumulator.AddUnits(layer, map.Row(row), row * rowLength, map.Height * rowLength, map.Channels);
        }
    }
}
