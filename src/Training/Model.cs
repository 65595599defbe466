using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training;

/// <summary>One picture's activation at a stage, channel by channel, row by row.</summary>
public sealed record FeatureMaps(string Stage, FeatureShape Shape, float[] Values);

/// <summary>A trained network ready to look at pictures. Its methods may be called from many threads at once.</summary>
public sealed class Model : IDisposable
{
    private const int InferenceThreads = 1; // one picture is too little work to share: two threads take longer

    private readonly LibtorchNetwork _network;

    public Model(Snapshot snapshot)
    {
        Plan = NetworkPlan.For(snapshot.Settings);
        _network = new LibtorchNetwork(Plan, snapshot.Weights, trainable: false);
    }

    public NetworkPlan Plan { get; }

    /// <param name="pictures">Any number of pictures, 784 values 0..1 each.</param>
    /// <returns>Their reconstructions, in the same layout.</returns>
    public float[] Reconstruct(ReadOnlySpan<float> pictures) => Compute(pictures, NetworkPlan.Output);

    /// <summary>What the stage <paramref name="stage"/> makes of one picture.</summary>
    /// <param name="picture">784 values 0..1.</param>
    public FeatureMaps Look(Stage stage, ReadOnlySpan<float> picture)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, Plan.Input.Count);
        return new FeatureMaps(stage.Name, stage.Output, Compute(picture, stage.Name));
    }

    public void Dispose() => _network.Dispose();

    private float[] Compute(ReadOnlySpan<float> pictures, string stage)
    {
        FeatureShape input = Plan.Input;
        TorchThreads.Use(InferenceThreads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor x = empty(pictures.Length / input.Count, input.Channels, input.Height, input.Width); // [B,1,28,28]
        pictures.CopyTo(MemoryMarshal.Cast<byte, float>(x.bytes));
        Tensor y = _network.Activations(x).First(activation => activation.Stage.Name == stage).Output.contiguous();
        return MemoryMarshal.Cast<byte, float>(y.bytes).ToArray();
    }
}
