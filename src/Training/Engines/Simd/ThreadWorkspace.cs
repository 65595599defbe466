using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A network's activations and gradients for one image at a time, which fit in a core's own cache; for one thread. A batch
/// is its images one after the other, so the loss's gradient adds up in place and nothing of a batch is ever stored.
/// </summary>
internal sealed unsafe class ThreadWorkspace
{
    private readonly ActivationBuffer[] _signals; // what each layer reads, then the reconstruction
    private readonly LayerKernel[] _layers;
    private readonly NetworkDefinition _definition;
    private readonly FeatureMapBuffer? _target; // what the reconstruction should be

    /// <param name="trained">Whether gradients are wanted.</param>
    /// <param name="decodes">Whether the decoder reads <see cref="Code"/>, and not what the encoder made.</param>
    public ThreadWorkspace(PackedWeights weights, bool trained, bool decodes = false)
    {
        NetworkDefinition definition = _definition = weights.Definition;
        int decoder = definition.CodeIndex + 1;
        _signals = [.. Enumerable.Range(0, definition.Layers.Count + 1).Select(SignalAt)];
        ActivationBuffer read = decodes ? SignalAt(decoder) : _signals[decoder];
        Code = read.Value;
        _target = trained ? weights.MapAt(definition.Layers.Count) : null;
        Gradients = new AlignedFloats(trained ? weights.GradientSource.Length : 0);
        _layers = new LayerKernel[definition.Layers.Count];
        float* gradient = Gradients.Data;
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = LayerAt(i, gradient);
            gradient += weights.Layers[i]?.GradientLength ?? 0;
        }

        ActivationBuffer SignalAt(int index) => new(() => weights.MapAt(index));

        LayerKernel LayerAt(int index, float* gradient)
        {
            (ActivationBuffer input, ActivationBuffer output) = (index == decoder ? read : _signals[index], _signals[index + 1]);
            switch (definition.Layers[index])
            {
                case Layer.Convolution s:
                    return new ConvolutionLayer(
                        (ConvolutionWeights)weights.Layers[index]!, input, output, s.Activation, gradient, isFirst: index == 0);
                case Layer.TransposedConvolution s:
                    return new TransposedConvolutionLayer(
                        (ConvolutionWeights)weights.Layers[index]!, input, output, s.Activation, gradient);
                case Layer.Linear s:
                    return new ImageLinearLayer((LinearWeights)weights.Layers[index]!, input, output, s.Activation, gradient);
                case Layer.MaxPool:
                    return new MaxPoolLayer(input, output);
                case Layer.ZeroUnpool:
                    return new ZeroUnpoolLayer(input, output);
                case Layer.NearestUnpool:
                    return new NearestUnpoolLayer(input, output);
                case Layer.SwitchUnpool s:
                    int pool = definition.IndexOf(s.Pool);
                    return new SwitchUnpoolLayer(input, output, _signals[pool].Value, _signals[pool + 1].Value);
                default:
                    throw new InvalidOperationException($"no layer for {definition.Layers[index]}");
            }
        }
    }

    /// <summary>One for each layer.</summary>
    public IReadOnlyList<LayerKernel> Kernels => _layers;

    /// <summary>Sum over the images of the weights' gradients, in the order of <see cref="PackedWeights.GradientSource"/>.</summary>
    public AlignedFloats Gradients { get; }

    /// <summary>What the decoder reads.</summary>
    public FeatureMapBuffer Code { get; }

    /// <summary>The latest output of layer number <paramref name="index"/>.</summary>
    public FeatureMapBuffer Output(int index) => _signals[index + 1].Value;

    /// <summary>Takes over the image to compute on, [C, H, W].</summary>
    public void Read(ReadOnlySpan<float> image) => _signals[0].Value.CopyFrom(image, _definition.Input);

    /// <summary>Copies the reconstruction out, [C, H, W].</summary>
    public void CopyReconstructionTo(Span<float> image) => _signals[^1].Value.CopyTo(image, _definition.Input);

    /// <summary>
    /// Computes the image's activations from layer number <paramref name="first"/> to <paramref name="last"/>, or to the layer at
    /// which the token is cancelled.
    /// </summary>
    public void Forward(int last, int first = 0, CancellationToken token = default)
    {
        for (int i = first; i <= last && !token.IsCancellationRequested; i++)
        {
            _layers[i].Forward();
        }
    }

    /// <summary>Forward, the image's sum of squared errors, and backward.</summary>
    /// <param name="target">What its reconstruction should be, [C, H, W].</param>
    /// <param name="scale">The gradient of the loss is this times the error.</param>
    /// <param name="token">Where it is cancelled, the layers that are left are not computed and the sums mean nothing.</param>
    public double ForwardBackward(ReadOnlySpan<float> target, float scale, CancellationToken token)
    {
        Forward(_layers.Length - 1, token: token);
        _target!.CopyFrom(target, _definition.Input);
        double sum = Elementwise.Difference(_signals[^1].Value, _target, _definition.Input.Channels, scale, _signals[^1].Gradient);
        for (int i = _layers.Length - 1; i >= 0 && !token.IsCancellationRequested; i--)
        {
            _layers[i].Backward();
        }

        return sum;
    }
}
