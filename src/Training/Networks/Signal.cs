using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>A stage's activation for one picture and, once training asks for it, the loss's gradient with respect to it.</summary>
internal sealed class Signal(int height, int width, int channels, int margin)
{
    private Map? _gradient;

    public Map Values { get; } = new(height, width, channels, margin);

    public Map Gradient => _gradient ??= new Map(height, width, channels, margin);
}
