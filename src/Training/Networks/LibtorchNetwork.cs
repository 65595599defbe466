using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = AutoencoderApi.Domain.Networks.Parameter;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A network as its plan has it, in plain libtorch operations: what the kernels are measured against, and what computes
/// where they do not. All parameters are views of one flat vector, and so are their gradients.
/// </summary>
internal sealed class LibtorchNetwork : INetwork, IViewer
{
    private const int ChunkSize = 250; // pictures of a split that are evaluated at once
    private const double SliceFlop = 5e9; // of a call of libtorch, which cannot be stopped: under a second on one slow core, and all of a usual batch

    private readonly int _threads;
    private readonly int _slice; // pictures that libtorch gets at once
    private readonly Tensor _weights; // [P]
    private readonly Tensor? _gradients; // [P]
    private readonly Dictionary<string, Tensor> _parameters = [];

    public LibtorchNetwork(NetworkPlan plan, float[] weights, int threads, bool trainable)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, plan.ParameterCount);
        (Plan, _threads, _slice) = (plan, threads, (int)Math.Clamp(SliceFlop / plan.TrainingFlop, 1, int.MaxValue));
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

    public ReadOnlySpan<float> Gradients => _gradients is null ? [] : MemoryMarshal.Cast<byte, float>(_gradients.bytes);

    /// <param name="x">[B, C, H, W] in [0, 1]</param>
    /// <returns>The reconstruction, [B, C, H, W].</returns>
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

    public double? Learn(float[] inputs, float[] targets, CancellationToken token)
    {
        TorchThreads.Use(_threads);
        _gradients!.zero_();
        double squares = 0;
        int size = _slice * Plan.Input.Count;
        for (int first = 0; first < inputs.Length && !token.IsCancellationRequested; first += size)
        {
            int count = Math.Min(size, inputs.Length - first);
            squares += LearnSlice(inputs.AsSpan(first, count), targets.AsSpan(first, count), (double)count / inputs.Length, token);
        }

        return token.IsCancellationRequested ? null : squares / inputs.Length;
    }

    public void InShares(Action<int, int> work) => work(0, Plan.ParameterCount);

    public Evaluation? Evaluate(DigitSet set, Noise? noise, CancellationToken token)
    {
        TorchThreads.Use(_threads);
        using var noGrad = no_grad();
        var survey = new Survey(Plan);
        int size = Math.Min(ChunkSize, _slice);
        for (int first = 0; first < set.Count && !token.IsCancellationRequested; first += size)
        {
            using DisposeScope chunk = NewDisposeScope();
            DigitSet slice = set.Slice(first, Math.Min(size, set.Count - first));
            float[] clean = new float[slice.Count * slice.PixelsPerImage], inputs = noise is null ? clean : new float[clean.Length];
            Pixels.ToFloats(slice, clean);
            for (int i = 0; i < slice.Count; i++)
            {
                Range own = (i * slice.PixelsPerImage)..((i + 1) * slice.PixelsPerImage);
                Pixels.Disturb(clean.AsSpan(own), inputs.AsSpan(own), noise, Noise.EvaluationSeed, first + i);
            }

            AddTo(survey, inputs, clean, token);
        }

        return token.IsCancellationRequested ? null : Survey.Conclude(Plan, [survey]);
    }

    public float[] Look(ReadOnlySpan<float> pictures, int stage)
    {
        TorchThreads.Use(_threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        return [.. Values(Activations(ToTensor(pictures)).ElementAt(stage).Output)];
    }

    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> picture)
    {
        TorchThreads.Use(_threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> switches = [];
        if (Plan.NeedsSwitches)
        {
            Run(Plan.Stages.Take(Plan.CodeIndex + 1), ToTensor(picture));
        }

        return [.. Values(Run(Plan.Stages.Skip(Plan.CodeIndex + 1), ToTensor(code, Plan.CodeShape)))];

        Tensor Run(IEnumerable<Stage> stages, Tensor x) => stages.Aggregate(x, (output, stage) => Apply(stage, output, switches));
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
    private double LearnSlice(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, double fraction, CancellationToken token)
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

    private void AddTo(Survey survey, float[] inputs, float[] clean, CancellationToken token)
    {
        int stage = 0, count = inputs.Length / Plan.Input.Count;
        foreach ((Stage named, Tensor output) in Activations(ToTensor(inputs)))
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
                if (survey.Wants(stage))
                {
                    survey.AddUnits(stage, own, 0, units, storedChannels: 1);
                }

                if (stage == Plan.Stages.Count - 1)
                {
                    survey.AddReconstruction(clean.AsSpan(i * units, units), own);
                }
            }

            stage++;
        }
    }

    private Tensor ToTensor(ReadOnlySpan<float> pictures) => ToTensor(pictures, Plan.Input); // [B,C,H,W]

    private static Tensor ToTensor(ReadOnlySpan<float> values, FeatureShape shape)
    {
        Tensor x = empty(values.Length / shape.Count, shape.Channels, shape.Height, shape.Width); // [B,C,H,W]
        values.CopyTo(Values(x));
        return x;
    }

    private static Span<float> Values(Tensor x) => MemoryMarshal.Cast<byte, float>(x.contiguous().bytes);

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
