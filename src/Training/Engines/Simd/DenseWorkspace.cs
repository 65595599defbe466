using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>A batch's way through a dense network: its activations and, in training, their gradients.</summary>
internal sealed unsafe class DenseWorkspace
{
    private readonly Matrix[] _signals; // what each layer reads, then the reconstruction
    private readonly Matrix[] _activationGradients; // the loss's gradients with respect to them
    private readonly Activation _outputActivation;

    /// <param name="gradients">Where those of the weights go; null where nothing is trained.</param>
    public DenseWorkspace(NetworkDefinition definition, AlignedFloats weights, AlignedFloats? gradients, int capacity)
    {
        Capacity = capacity;
        int[] sizes = [definition.Input.Count, .. definition.Layers.Select(layer => layer.Output.Count)];
        _signals = [.. sizes.Select(size => new Matrix(capacity, size))];
        _activationGradients = gradients is null ? [] : [.. sizes.Select(size => new Matrix(capacity, size))];
        Layer.Linear[] layers = [.. definition.Layers.Cast<Layer.Linear>()];
        _outputActivation = layers[^1].Activation;
        Layers = new LinearLayer[layers.Length];
        int offset = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            Layers[i] = new LinearLayer(
                layers[i],
                weights.Data + offset,
                gradients is null ? null : gradients.Data + offset,
                _signals[i],
                _signals[i + 1],
                outputGradients: gradients is null ? null : _activationGradients[i + 1],
                inputGradients: gradients is null || i == 0 ? null : _activationGradients[i],
                inputActivation: i == 0 ? Activation.Linear : layers[i - 1].Activation);
            offset += layers[i].Parameters.Sum(parameter => parameter.Count);
        }
    }

    /// <summary>A copy of the weights with room behind them: the products read past their end.</summary>
    public static AlignedFloats ReadableWeights(float[] weights)
    {
        var readable = new AlignedFloats(weights.Length + MicroKernel.Lanes);
        weights.CopyTo(readable.Span);
        return readable;
    }

    /// <summary>Images that there is room for.</summary>
    public int Capacity { get; }

    public LinearLayer[] Layers { get; }

    public Span<float> Input(int row) => _signals[0].Row(row);

    /// <summary>Of layer number <paramref name="index"/>, for the image in that row.</summary>
    public Span<float> Output(int index, int row) => _signals[index + 1].Row(row);

    /// <summary>One image's sum of squared errors; leaves the gradients of the last layer's units before their activation.</summary>
    /// <param name="scale">The gradient of the loss is this times the error.</param>
    public double Compare(ReadOnlySpan<float> target, int row, float scale)
    {
        (Matrix y, Matrix outputGradients) = (_signals[^1], _activationGradients[^1]);
        double squares = Elementwise.Difference(y.Row(row), target, scale, outputGradients.Row(row));
        Elementwise.MultiplyByDerivative(_outputActivation, y.Data + (row * y.RowStep),
            outputGradients.Data + (row * outputGradients.RowStep), y.Columns);
        return squares;
    }
}
