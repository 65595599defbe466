using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>A trained network in libtorch.</summary>
/// <param name="threads">Of one call.</param>
internal sealed class TorchInferenceModel(NetworkDefinition definition, float[] weights, int threads) : IInferenceModel
{
    private readonly TorchNetwork _network = new(definition, weights, trainable: false);

    public void Run(ReadOnlySpan<float> images, int layer, Span<float> outputs)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor x = TorchNetwork.ToTensor(images, definition.Input); // [B,C,H,W]
        TorchNetwork.Values(_network.Activations(x).ElementAt(layer).Output).CopyTo(outputs);
    }

    public float[][] Activations(ReadOnlySpan<float> image)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor x = TorchNetwork.ToTensor(image, definition.Input);
        return [.. _network.Activations(x).Select(each => TorchNetwork.Values(each.Output).ToArray())];
    }

    public void Decode(ReadOnlySpan<float> codes, ReadOnlySpan<float> image, Span<float> images)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor? pooled = definition.NeedsSwitches ? TorchNetwork.ToTensor(image, definition.Input) : null;
        TorchNetwork.Values(_network.Decode(TorchNetwork.ToTensor(codes, definition.CodeShape), pooled)).CopyTo(images);
    }

    public void Dispose() => _network.Dispose();
}
