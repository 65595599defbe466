using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>A batch's way through a dense network: its activations and, in training, their gradients.</summary>
internal sealed unsafe class DensePass
{
    private readonly Matrix[] _signals; // what each layer reads, then the reconstruction
    private readonly Matrix[] _slopes; // the loss's gradients with respect to them
    private readonly Activation _outputActivation;

    /// <param name="gradients">Where those of the weights go; null where nothing is trained.</param>
    public DensePass(NetworkPlan plan, AlignedFloats weights, AlignedFloats? gradients, int capacity)
    {
        Capacity = capacity;
        int[] sizes = [plan.Input.Count, .. plan.Stages.Select(stage => stage.Output.Count)];
        _signals = [.. sizes.Select(size => new Matrix(capacity, size))];
        _slopes = gradients is null ? [] : [.. sizes.Select(size => new Matrix(capacity, size))];
        Stage.Linear[] stages = [.. plan.Stages.Cast<Stage.Linear>()];
        _outputActivation = stages[^1].Activation;
        Layers = new LinearLayer[stages.Length];
        int offset = 0;
        for (int i = 0; i < stages.Length; i++)
        {
            Layers[i] = new LinearLayer(
                stages[i],
                weights.Data + offset,
                gradients is null ? null : gradients.Data + offset,
                _signals[i],
                _signals[i + 1],
                slopes: gradients is null ? null : _slopes[i + 1],
                inputSlopes: gradients is null || i == 0 ? null : _slopes[i],
                inputActivation: i == 0 ? Activation.Linear : stages[i - 1].Activation);
            offset += stages[i].Parameters.Sum(parameter => parameter.Count);
        }
    }

    /// <summary>Pictures that there is room for.</summary>
    public int Capacity { get; }

    public LinearLayer[] Layers { get; }

    public Span<float> Input(int row) => _signals[0].Row(row);

    /// <summary>Of layer number <paramref name="index"/>, for the picture in that row.</summary>
    public Span<float> Output(int index, int row) => _signals[index + 1].Row(row);

    /// <summary>One picture's sum of squared errors; leaves the slopes of the last layer's units before their activation.</summary>
    /// <param name="scale">The gradient of the loss is this times the error.</param>
    public double Compare(ReadOnlySpan<float> target, int row, float scale)
    {
        (Matrix y, Matrix slopes) = (_signals[^1], _slopes[^1]);
        double squares = Pointwise.Difference(y.Row(row), target, scale, slopes.Row(row));
        Pointwise.MultiplyByDerivative(_outputActivation, y.Data + (row * y.RowStep), slopes.Data + (row * slopes.RowStep), y.Columns);
        return squares;
    }
}
