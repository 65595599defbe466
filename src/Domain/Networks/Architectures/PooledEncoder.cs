using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

/// <summary>Two convolutions, each followed by max pooling: the encoder of every architecture that unpools.</summary>
internal static class PooledEncoder
{
    /// <param name="end">The name of the last layer.</param>
    public static Layer[] Layers(TrainingSettings settings, string end)
    {
        TensorShape image = TensorShape.Of(settings.ImageShape);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (TensorShape full, TensorShape half) = (image.Shrunk(c1, 1), image.Shrunk(c1, 2));
        (TensorShape wide, TensorShape coded) = (image.Shrunk(c2, 2), image.Shrunk(c2, 4));
        return
        [
            new Convolution("conv1", image, full, settings.KernelSize, 1, settings.EncoderActivation),
            new MaxPool("pool1", full, half),
            new Convolution("conv2", half, wide, settings.KernelSize, 1, settings.EncoderActivation),
            new MaxPool(end, wide, coded),
        ];
    }
}
