using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>A layer's activation for one image and, once training asks for it, the loss's gradient with respect to it.</summary>
internal sealed class ActivationBuffer(Func<FeatureMapBuffer> room)
{
    private FeatureMapBuffer? _gradient;

    public FeatureMapBuffer Value { get; } = room();

    public FeatureMapBuffer Gradient => _gradient ??= room();
}
