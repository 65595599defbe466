using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

/// <summary>
/// Max pooling that an unpooling undoes which knows nothing of where the maxima were. The last layer unpools: it bounds the loss
/// from below.
/// </summary>
internal static class UnpoolNetwork
{
    public static ArchitectureDescriptor ZeroUnpool { get; } = new()
    {
        Architecture = Architecture.ZeroUnpool,
        Label = "Zero-fill unpooling",
        Description = "Max pooling; the decoder puts each value at the corner of a 2×2 block of zeros. Can never reconstruct well.",
        SizeFields = SizeFields.WithCodeWidth,
        Layers = settings => Layers(settings, (name, input, output) => new ZeroUnpool(name, input, output)),
        ArticleLoss = 0.0858374,
        Quick = new QuickRun(Steps: 9_000),
        BlockError = SquaresOffTheCorner,
    };

    public static ArchitectureDescriptor NearestUnpool { get; } = new()
    {
        Architecture = Architecture.NearestUnpool,
        Label = "Nearest-neighbour unpooling",
        Description = "Max pooling; the decoder repeats each value over its 2×2 block. Reconstructs in coarse squares.",
        SizeFields = SizeFields.WithCodeWidth,
        Layers = settings => Layers(settings, (name, input, output) => new NearestUnpool(name, input, output)),
        ArticleLoss = 0.0172661,
        Quick = new QuickRun(Steps: 5_500, LearningRate: 0.02, Initialization: Initialization.Lecun),
        BlockError = SquaresAroundTheMean,
    };

    private static Layer[] Layers(TrainingSettings settings, Func<string, TensorShape, TensorShape, Layer> unpool)
    {
        (TensorShape image, int k) = (TensorShape.Of(settings.ImageShape), settings.KernelSize);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (TensorShape small, TensorShape middle, TensorShape flat) = (
            image.Shrunk(c1, 4),
            image.Shrunk(c1, 2),
            image.Shrunk(image.Channels, 2));
        return
        [
            .. PooledEncoder.Layers(settings, VectorCode.EncoderEnd(settings)),
            .. VectorCode.Layers(settings, image.Shrunk(c2, 4)),
            new TransposedConvolution("deconv1", image.Shrunk(c2, 4), small, k, 1, settings.DecoderActivation, settings.DecoderBias),
            unpool("unpool1", small, middle),
            new TransposedConvolution("deconv2", middle, flat, k, 1, settings.OutputActivation, settings.DecoderBias),
            unpool(NetworkDefinition.Output, flat, image),
        ];
    }

    /// <summary>Three pixels stay black.</summary>
    private static double SquaresOffTheCorner(byte topLeft, byte topRight, byte bottomLeft, byte bottomRight) =>
        (topRight * topRight) + (bottomLeft * bottomLeft) + (bottomRight * bottomRight);

    /// <summary>The best single value of a block is its mean.</summary>
    private static double SquaresAroundTheMean(byte a, byte b, byte c, byte d)
    {
        double mean = (a + b + c + d) / 4.0;
        return ((a - mean) * (a - mean)) + ((b - mean) * (b - mean)) + ((c - mean) * (c - mean)) + ((d - mean) * (d - mean));
    }
}
