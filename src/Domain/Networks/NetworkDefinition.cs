using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

/// <summary>A network on paper: its named layers in order, with every shape. An image's height and width are halved twice on the way to the code. The last layer's output is the reconstruction.</summary>
public sealed class NetworkDefinition
{
    public const string Code = "code";
    public const string Output = "output";

    private NetworkDefinition(IReadOnlyList<Layer> layers)
    {
        Layers = layers;
        Parameters = [.. layers.SelectMany(layer => layer.Parameters)];
        ParameterCount = Parameters.Sum(parameter => parameter.Count);
    }

    public IReadOnlyList<Layer> Layers { get; }

    public TensorShape Input => Layers[0].Input;

    /// <summary>Every trainable tensor, in layer order: the order of a checkpoint and of the flat weight vector.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    public int ParameterCount { get; }

    /// <summary>The number of the layer whose output is the code.</summary>
    public int CodeIndex => IndexOf(Code);

    public TensorShape CodeShape => Layers[CodeIndex].Output;

    /// <summary>Whether the decoder needs more than the code: where the maxima were in the encoder's pooling.</summary>
    public bool NeedsSwitches => Layers.Any(layer => layer is SwitchUnpool);

    /// <summary>
    /// Floating-point operations to train on one image once: every weight meets each place of its layer's smaller side with one
    /// multiplication and one addition, forward, for the weights' gradient and for the input's. Pooling and Adam are not counted.
    /// </summary>
    public double TrainingFlop => 6.0 * Layers.Sum(layer => layer.Parameters
        .Where(parameter => parameter.Shape.Length > 1)
        .Sum(weight => (double)weight.Count * Math.Min(layer.Input.Height * layer.Input.Width, layer.Output.Height * layer.Output.Width)));

    /// <summary>The layer called <paramref name="name"/>, or null where there is none.</summary>
    public Layer? Find(string name) => Layers.FirstOrDefault(layer => layer.Name == name);

    /// <summary>The number of the layer called <paramref name="name"/>, from 0.</summary>
    public int IndexOf(string name) => Enumerable.Range(0, Layers.Count).First(i => Layers[i].Name == name);

    /// <summary>Whether weights of the other network fit this one.</summary>
    public bool HasShapeOf(NetworkDefinition other) =>
        Layers.Select(layer => layer.GetType()).SequenceEqual(other.Layers.Select(layer => layer.GetType()))
        && (Input == other.Input || !Layers.Any(layer => layer is Linear)) // a kernel goes over images of any height and width
        && Parameters.Count == other.Parameters.Count
        && Parameters.Zip(other.Parameters).All(pair => pair.First.Name == pair.Second.Name && pair.First.Shape.AsSpan().SequenceEqual(pair.Second.Shape));

    public static NetworkDefinition For(TrainingSettings settings) => new(settings.Architecture switch
    {
        Architecture.Strided => Strided(settings),
        Architecture.ZeroUnpool => Pooled(settings, (name, input, output) => new ZeroUnpool(name, input, output)),
        Architecture.NearestUnpool => Pooled(settings, (name, input, output) => new NearestUnpool(name, input, output)),
        Architecture.SwitchUnpool => Switched(settings),
        Architecture.Dense => Dense(settings),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Architecture, "no such architecture"),
    });

    private static Layer[] Strided(TrainingSettings settings)
    {
        (TensorShape image, int k) = (TensorShape.Of(settings.ImageShape), settings.KernelSize);
        (TensorShape half, TensorShape quarter) = (Shrunk(image, settings.Channels[0], 2), Shrunk(image, settings.Channels[1], 4));
        return
        [
            new Convolution("conv1", image, half, k, 2, settings.EncoderActivation),
            new Convolution(Code, half, quarter, k, 2, settings.EncoderActivation),
            new TransposedConvolution("deconv1", quarter, half, k, 2, settings.DecoderActivation, settings.DecoderBias),
            new TransposedConvolution(Output, half, image, k, 2, settings.OutputActivation, settings.DecoderBias),
        ];
    }

    private static Layer[] Pooled(TrainingSettings settings, Func<string, TensorShape, TensorShape, Layer> unpool)
    {
        (TensorShape image, int k) = (TensorShape.Of(settings.ImageShape), settings.KernelSize);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (TensorShape small, TensorShape middle, TensorShape flat) = (Shrunk(image, c1, 4), Shrunk(image, c1, 2), Shrunk(image, image.Channels, 2));
        return
        [
            .. PooledEncoder(settings),
            new TransposedConvolution("deconv1", Shrunk(image, c2, 4), small, k, 1, settings.DecoderActivation, settings.DecoderBias),
            unpool("unpool1", small, middle),
            new TransposedConvolution("deconv2", middle, flat, k, 1, settings.OutputActivation, settings.DecoderBias),
            unpool(Output, flat, image),
        ];
    }

    private static Layer[] Switched(TrainingSettings settings)
    {
        (TensorShape image, int k) = (TensorShape.Of(settings.ImageShape), settings.KernelSize);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (TensorShape coded, TensorShape wide) = (Shrunk(image, c2, 4), Shrunk(image, c2, 2));
        (TensorShape narrow, TensorShape full) = (Shrunk(image, c1, 2), Shrunk(image, c1, 1));
        return
        [
            .. PooledEncoder(settings),
            new SwitchUnpool("unpool1", coded, wide, Pool: Code),
            new TransposedConvolution("deconv1", wide, narrow, k, 1, settings.DecoderActivation, settings.DecoderBias),
            new SwitchUnpool("unpool2", narrow, full, Pool: "pool1"),
            new TransposedConvolution(Output, full, image, k, 1, settings.OutputActivation, settings.DecoderBias),
        ];
    }

    private static Layer[] PooledEncoder(TrainingSettings settings)
    {
        TensorShape image = TensorShape.Of(settings.ImageShape);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (TensorShape full, TensorShape half) = (Shrunk(image, c1, 1), Shrunk(image, c1, 2));
        (TensorShape wide, TensorShape coded) = (Shrunk(image, c2, 2), Shrunk(image, c2, 4));
        return
        [
            new Convolution("conv1", image, full, settings.KernelSize, 1, settings.EncoderActivation),
            new MaxPool("pool1", full, half),
            new Convolution("conv2", half, wide, settings.KernelSize, 1, settings.EncoderActivation),
            new MaxPool(Code, wide, coded),
        ];
    }

    private static Layer[] Dense(TrainingSettings settings)
    {
        TensorShape image = TensorShape.Of(settings.ImageShape);
        TensorShape hidden = new(settings.DenseWidths[0], 1, 1), code = new(settings.DenseWidths[1], 1, 1);
        return
        [
            new Linear("hidden1", image, hidden, settings.EncoderActivation, HasBias: true),
            new Linear(Code, hidden, code, settings.EncoderActivation, HasBias: true),
            new Linear("hidden2", code, hidden, settings.DecoderActivation, settings.DecoderBias),
            new Linear(Output, hidden, image, settings.OutputActivation, settings.DecoderBias),
        ];
    }

    private static TensorShape Shrunk(TensorShape image, int channels, int divisor) => new(channels, image.Height / divisor, image.Width / divisor);
}
