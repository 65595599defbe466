using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

internal static class DenseNetwork
{
    public static ArchitectureDescriptor Descriptor { get; } = new()
    {
        Architecture = Architecture.Dense,
        Label = "Dense",
        Description = "No convolution at all: every pixel is wired to every hidden unit.",
        SizeFields = SizeFields.OfLinearLayers,
        Layers = Layers,
        EncoderActivation = Activation.Sigmoid,
        Quick = new QuickRun(Steps: 5_000),
    };

    private static Layer[] Layers(TrainingSettings settings)
    {
        TensorShape image = TensorShape.Of(settings.ImageShape);
        TensorShape hidden = new(settings.DenseWidths[0], 1, 1), code = new(settings.DenseWidths[1], 1, 1);
        return
        [
            new Linear("hidden1", image, hidden, settings.EncoderActivation, HasBias: true),
            new Linear(NetworkDefinition.Code, hidden, code, settings.EncoderActivation, HasBias: true),
            new Linear("hidden2", code, hidden, settings.DecoderActivation, settings.DecoderBias),
            new Linear(NetworkDefinition.Output, hidden, image, settings.OutputActivation, settings.DecoderBias),
        ];
    }
}
