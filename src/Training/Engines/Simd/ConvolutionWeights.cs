using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>The weights of a convolution or a transposed one.</summary>
internal sealed unsafe class ConvolutionWeights : LayerWeights
{
    private readonly int _firstBias;
    private readonly int _biasCount; // 0 where there is no bias
    private readonly bool _needsConvolution;
    private readonly bool _needsTranspose;
    private readonly AlignedFloats _bias;

    /// <param name="first">Where the layer's parameters begin in the network's flat vector.</param>
    /// <param name="stored">Channels that the layer's image side is stored with; 1 for an image of a single channel.</param>
    /// <param name="backward">Whether gradients will be sent back through the layer.</param>
    public ConvolutionWeights(Layer layer, int first, int stored, bool backward)
    {
        (TensorShape x, TensorShape y, Kernel, Stride, bool transposed) = layer switch
        {
            Layer.Convolution s => (s.Input, s.Output, s.Kernel, s.Stride, false),
            Layer.TransposedConvolution s => (s.Output, s.Input, s.Kernel, s.Stride, true),
            _ => throw new ArgumentException($"{layer.Name} is no convolution", nameof(layer)),
        };
        Convolution = new Convolution(x, y, Kernel, Stride, first, stored);
        _needsConvolution = backward || !transposed;
        _needsTranspose = backward || transposed;
        _bias = new AlignedFloats(FeatureMapBuffer.Padded(layer.Output.Channels));
        _firstBias = first + layer.Parameters[0].Count;
        _biasCount = layer.Parameters.Skip(1).Sum(bias => bias.Count);
        IsSingle = stored == 1;
    }

    public int Kernel { get; }

    public int Stride { get; }

    public bool IsSingle { get; }

    public bool HasBias => _biasCount > 0;

    public Convolution Convolution { get; }

    /// <summary>For each output channel, zero where the layer has none.</summary>
    public float* Bias => _bias.Data;

    public override int GradientLength => Convolution.GradientSource.Length + _bias.Length;

    public override IEnumerable<int> GradientSource =>
        [.. Convolution.GradientSource, .. Enumerable.Range(0, _bias.Length).Select(i => i < _biasCount ? _firstBias + i : -1)];

    public override void Pack(ReadOnlySpan<float> weights, int part, int parts)
    {
        if (_needsConvolution)
        {
            Convolution.PackConvolution(weights, part, parts);
        }

        if (_needsTranspose)
        {
            Convolution.PackTranspose(weights, part, parts);
        }

        if (part == 0)
        {
            weights.Slice(_firstBias, _biasCount).CopyTo(_bias.Span);
        }
    }
}
