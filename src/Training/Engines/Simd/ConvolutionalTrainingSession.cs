using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A convolutional network in training, on kernels of our own. Each thread takes a fixed partition of a batch's images through
/// a workspace of its own, and the workspaces' gradients are added in a fixed order: the same thread count gives the same bits.
/// </summary>
internal sealed class ConvolutionalTrainingSession : SimdTrainingSession
{
    private readonly float[] _weights;
    private readonly float[] _gradients;
    private readonly PackedWeights _packed;
    private readonly ThreadWorkspace[] _workspaces;
    private readonly int[] _places; // where in a workspace's gradients each parameter's stands

    public ConvolutionalTrainingSession(NetworkDefinition definition, NetworkState from, int threads)
        : base(definition, from, threads)
    {
        int count = definition.ParameterCount;
        ArgumentOutOfRangeException.ThrowIfNotEqual(from.Weights.Length, count);
        (_weights, _gradients, _places) = ([.. from.Weights], new float[count], new int[count]);
        _packed = new PackedWeights(definition, trained: true);
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new ThreadWorkspace(_packed, trained: true))];
        foreach ((int place, int parameter) in _packed.GradientSource.Index().Where(pair => pair.Item >= 0))
        {
            _places[parameter] = place;
        }
    }

    public override ReadOnlySpan<float> Gradients => _gradients;

    protected override Span<float> MutableWeights => _weights;

    public override double? ForwardBackward(TrainingBatch batch, CancellationToken token)
    {
        double[] squares = new double[Pool.Size];
        Pool.Run(part => _packed.Pack(_weights, part, Pool.Size));
        Pool.Run(part => squares[part] = ForwardBackwardPartition(part, batch, token));
        Pool.Run(AddGradients);
        return token.IsCancellationRequested ? null : squares.Sum() / batch.Targets.Length;
    }

    public override Evaluation? Evaluate(DatasetSplit split, Noise? noise, CancellationToken token)
    {
        EvaluationAccumulator[] accumulators = [.. _workspaces.Select(_ => new EvaluationAccumulator(Definition))];
        _packed.Pack(_weights);
        Pool.Run(part => EvaluatePartition(part, split, noise, accumulators[part], token));
        return token.IsCancellationRequested ? null : EvaluationAccumulator.ToEvaluation(Definition, accumulators);
    }

    private double ForwardBackwardPartition(int part, TrainingBatch batch, CancellationToken token)
    {
        ThreadWorkspace workspace = _workspaces[part];
        workspace.Gradients.Span.Clear();
        double squares = 0;
        int size = Definition.Input.Count;
        float scale = 2f / batch.Targets.Length; // the gradient of the mean of squares is 2 / count times the error
        (int first, int end) = Partition.Of(batch.Inputs.Length / size, part, Pool.Size);
        for (int i = first; i < end && !token.IsCancellationRequested; i++)
        {
            workspace.Read(batch.Inputs.AsSpan(i * size, size));
            squares += workspace.ForwardBackward(batch.Targets.AsSpan(i * size, size), scale, token);
        }

        return squares;
    }

    private void AddGradients(int part)
    {
        (int first, int end) = Partition.Of(_gradients.Length, part, Pool.Size);
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

    private void EvaluatePartition(int part, DatasetSplit split, Noise? noise, EvaluationAccumulator accumulator, CancellationToken token)
    {
        ThreadWorkspace workspace = _workspaces[part];
        float[] clean = new float[Definition.Input.Count], reconstruction = new float[clean.Length];
        float[] input = noise is null ? clean : new float[clean.Length];
        (int first, int end) = Partition.Of(split.Count, part, Pool.Size);
        for (int i = first; i < end && !token.IsCancellationRequested; i++)
        {
            Pixels.ToFloats(split.Image(i), clean);
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
