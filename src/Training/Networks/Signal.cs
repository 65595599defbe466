using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>A stage's activation for one picture and, once training asks for it, the loss's gradient with respect to it.</summary>
internal sealed class Signal(Func<Map> room)
{
    private Map? _gradient;

    public Map Values { get; } = room();

    public Map Gradient => _gradient ??= room();
}
