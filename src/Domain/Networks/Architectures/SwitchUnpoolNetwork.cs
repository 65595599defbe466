using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

internal static class SwitchUnpoolNetwork
{
    public static ArchitectureDescriptor Descriptor { get; } = new()
    {
        Architecture = Architecture.SwitchUnpool,
        Label = "Switch unpooling",
        Description = "Max pooling that remembers where each maximum was; the decoder puts each value there.",
        SizeFields = SizeFields.OfConvolutions,
        Layers = Layers,
        DecoderActivation = Activation.Relu,
        OutputActivation = Activation.Sigmoid,
        Quick = new QuickRun(Steps: 2_000),
        SearchesInitialization = true,
        CodeWidthRefusal = "its switches carry the shape of each image past the code, so that a narrow code would say nothing",
    };

    private static Layer[] Layers(TrainingSettings settings)
    {
        (TensorShape image, int k) = (TensorShape.Of(settings.ImageShape), settings.KernelSize);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (TensorShape coded, TensorShape wide) = (image.Shrunk(c2, 4), image.Shrunk(c2, 2));
        (TensorShape narrow, TensorShape full) = (image.Shrunk(c1, 2), image.Shrunk(c1, 1));
        return
        [
            .. PooledEncoder.Layers(settings, NetworkDefinition.Code),
            new SwitchUnpool("unpool1", coded, wide, Pool: NetworkDefinition.Code),
            new TransposedConvolution("deconv1", wide, narrow, k, 1, settings.DecoderActivation, settings.DecoderBias),
            new SwitchUnpool("unpool2", narrow, full, Pool: "pool1"),
            new TransposedConvolution(NetworkDefinition.Output, full, image, k, 1, settings.OutputActivation, settings.DecoderBias),
        ];
    }
}
