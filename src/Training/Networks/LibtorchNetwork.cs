using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = AutoencoderApi.Domain.Networks.Parameter;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A network as its plan has it, in plain libtorch operations. All parameters are views of one flat vector, and so are
/// their gradients: an optimizer or a checkpoint sees two arrays.
/// </summary>
internal sealed class LibtorchNetwork : IDisposable
{
    private readonly Tensor _weights; // [P]
    private readonly Tensor? _gradients; // [P]
    private readonly Dictionary<string, Tensor> _parameters = [];

    public LibtorchNetwork(NetworkPlan plan, float[] weights, bool trainable)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, plan.ParameterCount);
        Plan = plan;
        _weights = tensor(weights).DetachFromDisposeScope();
        _gradients = trainable ? zeros(plan.ParameterCount).DetachFromDisposeScope() : null;
        int offset = 0;
        foreach (Parameter parameter in plan.Parameters)
        {
            long[] shape = [.. parameter.Shape.Select(size => (long)size)];
            Tensor view = _weights.narrow(0, offset, parameter.Count).view(shape).detach().requires_grad_(trainable);
            if (_gradients is not null)
            {
                view.grad = _gradients.narrow(0, offset, parameter.Count).view(shape); // backward then adds into the flat vector
            }

            _parameters[parameter.Name] = view.DetachFromDisposeScope();
            offset += parameter.Count;
        }
    }

    public NetworkPlan Plan { get; }

    public Span<float> Weights => MemoryMarshal.Cast<byte, float>(_weights.bytes);

    public Span<float> Gradients => _gradients is null ? [] : MemoryMarshal.Cast<byte, float>(_gradients.bytes);

    /// <param name="x">[B, 1, 28, 28] in [0, 1]</param>
    /// <returns>The reconstruction, [B, 1, 28, 28].</returns>
    public Tensor Forward(Tensor x) => Activations(x).Last().Output;

    /// <summary>Every stage's output [B, C, H, W] in order, each computed when it is asked for. Nothing is kept in the network, so threads may share it.</summary>
    public IEnumerable<(Stage Stage, Tensor Output)> Activations(Tensor x)
    {
        Dictionary<string, Tensor> switches = [];
        foreach (Stage stage in Plan.Stages)
        {
            x = Apply(stage, x, switches);
            yield return (stage, x);
        }
    }

    public void Dispose()
    {
        foreach (Tensor parameter in _parameters.Values)
        {
            parameter.Dispose();
        }

        _weights.Dispose();
        _gradients?.Dispose();
    }

    private Tensor Apply(Stage stage, Tensor x, Dictionary<string, Tensor> switches)
    {
        switch (stage)
        {
            case Stage.Convolution s:
                return Activate(s.Activation, SameConvolution.Forward(x, Weight(s), Bias(s), s.Stride));
            case Stage.TransposedConvolution s:
                return Activate(s.Activation, SameConvolution.Transposed(x, Weight(s), Bias(s), s.Stride, s.Output.Height, s.Output.Width));
            case Stage.MaxPool s:
                (Tensor pooled, switches[s.Name]) = nn.functional.max_pool2d_with_indices(x, [2, 2], [2, 2], null, null);
                return pooled;
            case Stage.ZeroUnpool:
                return Unpooling.ZeroFill(x);
            case Stage.NearestUnpool:
                return Unpooling.Nearest(x);
            case Stage.SwitchUnpool s:
                return Unpooling.ToSwitches(x, switches[s.Pool]);
            case Stage.Linear s:
                Tensor vector = nn.functional.linear(x.view(x.shape[0], s.Input.Count), Weight(s), Bias(s));
                return Activate(s.Activation, vector).view(x.shape[0], s.Output.Channels, s.Output.Height, s.Output.Width);
            default:
                throw new InvalidOperationException($"no implementation of {stage}");
        }
    }

    private Tensor Weight(Stage stage) => _parameters[$"{stage.Name}.weight"];

    private Tensor? Bias(Stage stage) => _parameters.GetValueOrDefault($"{stage.Name}.bias");

    private static Tensor Activate(Activation activation, Tensor x) => activation switch
    {
        Activation.Relu => x.relu(),
        Activation.Sigmoid => x.sigmoid(),
        Activation.Tanh => x.tanh(),
        _ => x,
    };
}
