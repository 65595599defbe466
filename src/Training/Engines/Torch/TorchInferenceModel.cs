using AutoencoderApi.Domain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>A trained network in libtorch.</summary>
/// <param name="threads">Of one call.</param>
internal sealed class TorchInferenceModel(NetworkDefinition definition, float[] weights, int threads) : IInferenceModel
{
    private readonly TorchNetwork _network = new(definition, weights, trainable: false);

    public float[] Run(ReadOnlySpan<float> images, int layer)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor x = TorchNetwork.ToTensor(images, definition.Input); // [B,C,H,W]
        return [.. TorchNetwork.Values(_network.Activations(x).ElementAt(layer).Output)];
    }

    public float[][] Activations(ReadOnlySpan<float> image)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor x = TorchNetwork.ToTensor(image, definition.Input);
        return [.. _network.Activations(x).Select(each => TorchNetwork.Values(each.Output).ToArray())];
    }

    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> image)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor? pooled = definition.NeedsSwitches ? TorchNetwork.ToTensor(image, definition.Input) : null;
        return [.. TorchNetwork.Values(_network.Decode(TorchNetwork.ToTensor(code, definition.CodeShape), pooled))];
    }

    public void Dispose() => _network.Dispose();
}
