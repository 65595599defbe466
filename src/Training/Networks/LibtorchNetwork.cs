using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = AutoencoderApi.Domain.Networks.Parameter;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A network as its definition has it, in plain libtorch operations: what the kernels are measured against, and what computes
/// where they do not. All parameters are views of one flat vector, and so are their gradients.
/// </summary>
internal sealed class LibtorchNetwork : INetwork, IViewer
{
    private const int ChunkSize = 250; // images of a split that are evaluated at once
    private const double SliceFlop = 5e9; // of a call of libtorch, which cannot be stopped: under a second on one slow core, and all of a usual batch

    private readonly int _threads;
    private readonly int _slice; // images that libtorch gets at once
    private readonly Tensor _weights; // [P]
    private readonly Tensor? _gradients; // [P]
    private readonly Dictionary<string, Tensor> _parameters = [];

    public LibtorchNetwork(NetworkDefinition definition, float[] weights, int threads, bool trainable)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, definition.ParameterCount);
        (Definition, _threads, _slice) = (definition, threads, (int)Math.Clamp(SliceFlop / definition.TrainingFlop, 1, int.MaxValue));
        _weights = tensor(weights).DetachFromDisposeScope();
        _gradients = trainable ? zeros(definition.ParameterCount).DetachFromDisposeScope() : null;
        int offset = 0;
        foreach (Parameter parameter in definition.Parameters)
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

    public NetworkDefinition Definition { get; }

    public Span<float> Weights => MemoryMarshal.Cast<byte, float>(_weights.bytes);

    public ReadOnlySpan<float> Gradients => _gradients is null ? [] : MemoryMarshal.Cast<byte, float>(_gradients.bytes);

    /// <param name="x">[B, C, H, W] in [0, 1]</param>
    /// <returns>The reconstruction, [B, C, H, W].</returns>
    public Tensor Forward(Tensor x) => Activations(x).Last().Output;

    /// <summary>Every layer's output [B, C, H, W] in order, each computed when it is asked for. Nothing is kept in the network, so threads may share it.</summary>
    public IEnumerable<(Layer Layer, Tensor Output)> Activations(Tensor x)
    {
        Dictionary<string, Tensor> switches = [];
        foreach (Layer layer in Definition.Layers)
        {
            x = Apply(layer, x, switches);
            yield return (layer, x);
        }
    }

    public double? ForwardBackward(float[] inputs, float[] targets, CancellationToken token)
    {
        TorchThreads.Use(_threads);
        _gradients!.zero_();
        double squares = 0;
        int size = _slice * Definition.Input.Count;
        for (int first = 0; first < inputs.Length && !token.IsCancellationRequested; first += size)
        {
            int count = Math.Min(size, inputs.Length - first);
            squares += ForwardBackwardSlice(inputs.AsSpan(first, count), targets.AsSpan(first, count), (double)count / inputs.Length,
                token);
        }

        return token.IsCancellationRequested ? null : squares / inputs.Length;
    }

    public void InPartitions(Action<int, int> work) => work(0, Definition.ParameterCount);

    public Evaluation? Evaluate(DatasetSplit set, Noise? noise, CancellationToken token)
    {
        TorchThreads.Use(_threads);
        using var noGrad = no_grad();
        EvaluationAccumulator accumulator = new EvaluationAccumulator(Definition);
        int size = Math.Min(ChunkSize, _slice);
        for (int first = 0; first < set.Count && !token.IsCancellationRequested; first += size)
        {
            using DisposeScope chunk = NewDisposeScope();
            DatasetSplit slice = set.Slice(first, Math.Min(size, set.Count - first));
            float[] clean = new float[slice.Count * slice.PixelsPerImage], inputs = noise is null ? clean : new float[clean.Length];
            Pixels.ToFloats(slice, clean);
            for (int i = 0; i < slice.Count; i++)
            {
                Range own = (i * slice.PixelsPerImage)..((i + 1) * slice.PixelsPerImage);
                Pixels.AddNoise(clean.AsSpan(own), inputs.AsSpan(own), noise, Noise.EvaluationSeed, first + i);
            }

            AddTo(accumulator, inputs, clean, token);
        }

        return token.IsCancellationRequested ? null : EvaluationAccumulator.ToEvaluation(Definition, [accumulator]);
    }

    public float[] Look(ReadOnlySpan<float> images, int layer)
    {
        TorchThreads.Use(_threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        return [.. Values(Activations(ToTensor(images)).ElementAt(layer).Output)];
    }

    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> image)
    {
        TorchThreads.Use(_threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> switches = [];
        if (Definition.NeedsSwitches)
        {
            Run(Definition.Layers.Take(Definition.CodeIndex + 1), ToTensor(image));
        }

        return [.. Values(Run(Definition.Layers.Skip(Definition.CodeIndex + 1), ToTensor(code, Definition.CodeShape)))];

        Tensor Run(IEnumerable<Layer> layers, Tensor x) => layers.Aggregate(x, (output, layer) => Apply(layer, output, switches));
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

    /// <summary>Adds a slice's part of the batch's gradients, and returns its sum of squared errors.</summary>
    /// <param name="fraction">Of the batch.</param>
    private double ForwardBackwardSlice(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, double fraction, CancellationToken token)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = ToTensor(inputs); // [B,C,H,W]
        foreach ((_, Tensor output) in Activations(y))
        {
            if (token.IsCancellationRequested)
            {
                return 0;
            }

            y = output;
        }

        Tensor loss = nn.functional.mse_loss(y, ToTensor(targets));
        (fraction < 1 ? loss * fraction : loss).backward();
        return SquaredError.Sum(Values(y.detach()), targets); // the loss itself would overflow where the error's square does
    }

    private void AddTo(EvaluationAccumulator accumulator, float[] inputs, float[] clean, CancellationToken token)
    {
        int layer = 0, count = inputs.Length / Definition.Input.Count;
        foreach ((Layer named, Tensor output) in Activations(ToTensor(inputs)))
        {
            if (token.IsCancellationRequested)
            {
                return;
            }

            int units = named.Output.Count;
            Span<float> values = Values(output);
            for (int i = 0; i < count; i++)
            {
                Span<float> own = values.Slice(i * units, units);
                if (accumulator.Wants(layer))
                {
                    accumulator.AddUnits(layer, own, 0, units, storedChannels: 1);
                }

                if (layer == Definition.Layers.Count - 1)
                {
                    accumulator.AddReconstruction(clean.AsSpan(i * units, units), own);
                }
            }

            layer++;
        }
    }

    private Tensor ToTensor(ReadOnlySpan<float> images) => ToTensor(images, Definition.Input); // [B,C,H,W]

    private static Tensor ToTensor(ReadOnlySpan<float> values, TensorShape shape)
    {
        Tensor x = empty(values.Length / shape.Count, shape.Channels, shape.Height, shape.Width); // [B,C,H,W]
        values.CopyTo(Values(x));
        return x;
    }

    private static Span<float> Values(Tensor x) => MemoryMarshal.Cast<byte, float>(x.contiguous().bytes);

    private Tensor Apply(Layer layer, Tensor x, Dictionary<string, Tensor> switches)
    {
        switch (layer)
        {
            case Layer.Convolution s:
                return Activate(s.Activation, SameConvolution.Forward(x, Weight(s), Bias(s), s.Stride));
            case Layer.TransposedConvolution s:
                return Activate(s.Activation, SameConvolution.Transposed(x, Weight(s), Bias(s), s.Stride, s.Output.Height, s.Output.Width));
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
                Tensor vector = nn.functional.linear(x.view(x.shape[0], s.Input.Count), Weight(s), Bias(s));
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
