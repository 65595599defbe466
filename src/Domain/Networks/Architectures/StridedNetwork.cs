using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

internal static class StridedNetwork
{
    public static ArchitectureDescriptor Descriptor { get; } = new()
    {
        Architecture = Architecture.Strided,
        Label = "Strided convolutions",
        Description = "Convolutions with stride 2 shrink the image, transposed ones undo it. The best of the five.",
        SizeFields = SizeFields.WithCodeWidth,
        Layers = Layers,
        DecoderActivation = Activation.Relu,
        ArticleLoss = 0.000948159,
        Quick = new QuickRun(Steps: 800, Initialization: Initialization.Lecun),
    };

    private static Layer[] Layers(TrainingSettings settings)
    {
        (TensorShape image, int k) = (TensorShape.Of(settings.ImageShape), settings.KernelSize);
        (TensorShape half, TensorShape quarter) = (image.Shrunk(settings.Channels[0], 2), image.Shrunk(settings.Channels[1], 4));
        return
        [
            new Convolution("conv1", image, half, k, 2, settings.EncoderActivation),
            new Convolution(VectorCode.EncoderEnd(settings), half, quarter, k, 2, settings.EncoderActivation),
            .. VectorCode.Layers(settings, quarter),
            new TransposedConvolution("deconv1", quarter, half, k, 2, settings.DecoderActivation, settings.DecoderBias),
            new TransposedConvolution(NetworkDefinition.Output, half, image, k, 2, settings.OutputActivation, settings.DecoderBias),
        ];
    }
}
