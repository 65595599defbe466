using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A network's activations and gradients for one picture at a time, which fit in a core's own cache; for one thread. A batch
/// is its pictures one after the other, so the loss's gradient adds up in place and nothing of a batch is ever stored.
/// </summary>
internal sealed unsafe class Lane
{
    private readonly Signal[] _signals; // what each stage reads, then the reconstruction
    private readonly Layer[] _layers;
    private readonly NetworkPlan _plan;
    private readonly Map? _target; // what the reconstruction should be

    /// <param name="trained">Whether gradients are wanted.</param>
    /// <param name="decodes">Whether the decoder reads <see cref="Code"/>, and not what the encoder made.</param>
    public Lane(PackedWeights weights, bool trained, bool decodes = false)
    {
        NetworkPlan plan = _plan = weights.Plan;
        int decoder = plan.CodeIndex + 1;
        _signals = [.. Enumerable.Range(0, plan.Stages.Count + 1).Select(SignalAt)];
        Signal read = decodes ? SignalAt(decoder) : _signals[decoder];
        Code = read.Values;
        _target = trained ? weights.MapAt(plan.Stages.Count) : null;
        Gradients = new AlignedFloats(trained ? weights.GradientSource.Length : 0);
        _layers = new Layer[plan.Stages.Count];
        float* gradient = Gradients.Data;
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = LayerAt(i, gradient);
            gradient += weights.Convolutions[i]?.GradientLength ?? 0;
        }

        Signal SignalAt(int index) => new(() => weights.MapAt(index));

        Layer LayerAt(int index, float* gradient)
        {
            (Signal input, Signal output) = (index == decoder ? read : _signals[index], _signals[index + 1]);
            switch (plan.Stages[index])
            {
                case Stage.Convolution s:
                    return new ConvolutionLayer(weights.Convolutions[index]!, input, output, s.Activation, gradient, isFirst: index == 0);
                case Stage.TransposedConvolution s:
                    return new TransposedConvolutionLayer(weights.Convolutions[index]!, input, output, s.Activation, gradient);
                case Stage.MaxPool:
                    return new MaxPoolLayer(input, output);
                case Stage.ZeroUnpool:
                    return new ZeroUnpoolLayer(input, output);
                case Stage.NearestUnpool:
                    return new NearestUnpoolLayer(input, output);
                case Stage.SwitchUnpool s:
                    int pool = plan.IndexOf(s.Pool);
                    return new SwitchUnpoolLayer(input, output, _signals[pool].Values, _signals[pool + 1].Values);
                default:
                    throw new InvalidOperationException($"no layer for {plan.Stages[index]}");
            }
        }
    }

    /// <summary>One for each stage.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Sum over the pictures of the weights' gradients, in the order of <see cref="PackedWeights.GradientSource"/>.</summary>
    public AlignedFloats Gradients { get; }

    /// <summary>What the decoder reads.</summary>
    public Map Code { get; }

    /// <summary>The latest output of stage number <paramref name="index"/>.</summary>
    public Map Output(int index) => _signals[index + 1].Values;

    /// <summary>Takes over the picture to compute on, [C, H, W].</summary>
    public void Read(ReadOnlySpan<float> picture) => _signals[0].Values.CopyFrom(picture, _plan.Input);

    /// <summary>Copies the reconstruction out, [C, H, W].</summary>
    public void CopyReconstructionTo(Span<float> picture) => _signals[^1].Values.CopyTo(picture, _plan.Input);

    /// <summary>Computes the picture's activations from stage number <paramref name="first"/> to <paramref name="last"/>, or to the layer at which the token is cancelled.</summary>
    public void Forward(int last, int first = 0, CancellationToken token = default)
    {
        for (int i = first; i <= last && !token.IsCancellationRequested; i++)
        {
            _layers[i].Forward();
        }
    }

    /// <summary>Forward, the picture's sum of squared errors, and backward.</summary>
    /// <param name="target">What its reconstruction should be, [C, H, W].</param>
    /// <param name="scale">The gradient of the loss is this times the error.</param>
    /// <param name="token">Where it is cancelled, the layers that are left are not computed and the sums mean nothing.</param>
    public double Learn(ReadOnlySpan<float> target, float scale, CancellationToken token)
    {
        Forward(_layers.Length - 1, token: token);
        _target!.CopyFrom(target, _plan.Input);
        double sum = Pointwise.Difference(_signals[^1].Values, _target, _plan.Input.Channels, scale, _signals[^1].Gradient);
        for (int i = _layers.Length - 1; i >= 0 && !token.IsCancellationRequested; i--)
        {
            _layers[i].Backward();
        }

        return sum;
    }
}
