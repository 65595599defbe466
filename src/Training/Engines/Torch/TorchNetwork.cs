using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = AutoencoderApi.Domain.Networks.Parameter;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>
/// A network as its definition has it, in plain libtorch operations. All parameters are views of one flat vector, and so are their
/// gradients. The forward pass keeps nothing in the network, so threads may share it.
/// </summary>
/// <remarks>
/// Callers compute within a <see cref="DisposeScope"/>, which holds what nothing else does: a tensor that only the running expression has
/// may be finalized between the reading of its handle and the native call that uses it, and libtorch then reads freed memory.
/// </remarks>
internal sealed class TorchNetwork : IDisposable
{
    private readonly Dictionary<string, Tensor> _parameters = [];

    public TorchNetwork(NetworkDefinition definition, float[] weights, bool trainable)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, definition.ParameterCount);
        using DisposeScope scope = NewDisposeScope();
        Definition = definition;
        Weights = tensor(weights).DetachFromDisposeScope();
        Gradients = trainable ? zeros(definition.ParameterCount).DetachFromDisposeScope() : null;
        int offset = 0;
        foreach (Parameter parameter in definition.Parameters)
        {
            long[] shape = [.. parameter.Shape.Select(size => (long)size)];
            Tensor view = Weights.narrow(0, offset, parameter.Count).view(shape).detach().requires_grad_(trainable);
            if (Gradients is not null)
            {
                view.grad = Gradients.narrow(0, offset, parameter.Count).view(shape); // backward then adds into the flat vector
            }

            _parameters[parameter.Name] = view.DetachFromDisposeScope();
            offset += parameter.Count;
        }
    }

    public NetworkDefinition Definition { get; }

    /// <summary>[P]</summary>
    public Tensor Weights { get; }

    /// <summary>[P]; null where nothing is trained.</summary>
    public Tensor? Gradients { get; }

    /// <param name="x">[B, C, H, W] in [0, 1]</param>
    /// <returns>Every layer's output [B, C, H, W] in order, each computed when it is asked for.</returns>
    public IEnumerable<(Layer Layer, Tensor Output)> Activations(Tensor x)
    {
        Dictionary<string, Tensor> switches = [];
        foreach (Layer layer in Definition.Layers)
        {
            x = Apply(layer, x, switches);
            yield return (layer, x);
        }
    }

    /// <param name="code">[B, C, H, W]</param>
    /// <param name="image">[1, C, H, W]: its pooling switches are used, for one code; null where the network needs none.</param>
    /// <returns>[B, C, H, W], of an image each</returns>
    public Tensor Decode(Tensor code, Tensor? image)
    {
        Dictionary<string, Tensor> switches = [];
        if (image is not null)
        {
            Run(Definition.Layers.Take(Definition.CodeIndex + 1), image);
        }

        return Run(Definition.Layers.Skip(Definition.CodeIndex + 1), code);

        Tensor Run(IEnumerable<Layer> layers, Tensor x) => layers.Aggregate(x, (output, layer) => Apply(layer, output, switches));
    }

    /// <param name="values">Of any number of images, [C, H, W] each.</param>
    /// <returns>[B, C, H, W]</returns>
    public static Tensor ToTensor(ReadOnlySpan<float> values, TensorShape shape)
    {
        Tensor x = empty(values.Length / shape.Count, shape.Channels, shape.Height, shape.Width);
        values.CopyTo(Values(x));
        return x;
    }

    /// <returns>The tensor's own memory, valid as long as the tensor is held.</returns>
    public static Span<float> Values(Tensor x)
    {
        Tensor contiguous = x.is_contiguous() ? x : x.contiguous();
        Span<float> values = MemoryMarshal.Cast<byte, float>(contiguous.bytes);
        GC.KeepAlive(contiguous);
        return values;
    }

    public void Dispose()
    {
        foreach (Tensor parameter in _parameters.Values)
        {
            parameter.Dispose();
        }

        Weights.Dispose();
        Gradients?.Dispose();
    }

    private Tensor Apply(Layer layer, Tensor x, Dictionary<string, Tensor> switches)
    {
        switch (layer)
        {
            case Layer.Convolution s:
                return Activate(s.Activation, SameConvolution.Forward(x, Weight(s), Bias(s), s.Stride));
            case Layer.TransposedConvolution s:
                Tensor maps = SameConvolution.Transposed(x, Weight(s), Bias(s), s.Stride, s.Output.Height, s.Output.Width);
                return Activate(s.Activation, maps);
            case Layer.MaxPool s:
                (Tensor pooled, switches[s.Name]) = nn.functional.max_pool2d_with_indices(x, [2, 2], [2, 2], null, null);
                return pooled;
            case Layer.ZeroUnpool:
                return Unpooling.ZeroFill(x);
            case Layer.NearestUnpool:
                return Unpooling.Nearest(x);
            case Layer.SwitchUnpool s:
                return Unpooling.ToSwitches(x, switches[s.Pool]);
            case Layer.Linear s:
                Tensor vector = nn.functional.linear(x.reshape(x.shape[0], s.Input.Count), Weight(s), Bias(s));
                return Activate(s.Activation, vector).view(x.shape[0], s.Output.Channels, s.Output.Height, s.Output.Width);
            default:
                throw new InvalidOperationException($"no implementation of {layer}");
        }
    }

    private Tensor Weight(Layer layer) => _parameters[$"{layer.Name}.weight"];

    private Tensor? Bias(Layer layer) => _parameters.GetValueOrDefault($"{layer.Name}.bias");

    private static Tensor Activate(Activation activation, Tensor x) => activation switch
    {
        Activation.Relu => x.relu(),
        Activation.Sigmoid => x.sigmoid(),
        Activation.Tanh => x.tanh(),
        _ => x,
    };
}
