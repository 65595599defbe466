using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Stage;

namespace AutoencoderApi.Domain.Networks;

/// <summary>A network on paper: its named stages in order, with every shape. A picture's height and width are halved twice on the way to the code. The last stage's output is the reconstruction.</summary>
public sealed class NetworkPlan
{
    public const string Code = "code";
    public const string Output = "output";

    private NetworkPlan(IReadOnlyList<Stage> stages)
    {
        Stages = stages;
        Parameters = [.. stages.SelectMany(stage => stage.Parameters)];
        ParameterCount = Parameters.Sum(parameter => parameter.Count);
    }

    public IReadOnlyList<Stage> Stages { get; }

    public FeatureShape Input => Stages[0].Input;

    /// <summary>Every trainable tensor, in stage order: the order of a checkpoint and of the flat weight vector.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    public int ParameterCount { get; }

    /// <summary>The number of the stage whose output is the code.</summary>
    public int CodeIndex => IndexOf(Code);

    public FeatureShape CodeShape => Stages[CodeIndex].Output;

    /// <summary>Whether the decoder needs more than the code: where the maxima were in the encoder's pooling.</summary>
    public bool NeedsSwitches => Stages.Any(stage => stage is SwitchUnpool);

    /// <summary>
    /// Floating-point operations to train on one picture once: every weight meets each place of its layer's smaller side with one
    /// multiplication and one addition, forward, for the weights' gradient and for the input's. Pooling and Adam are not counted.
    /// </summary>
    public double TrainingFlop => 6.0 * Stages.Sum(stage => stage.Parameters
        .Where(parameter => parameter.Shape.Length > 1)
        .Sum(weight => (double)weight.Count * Math.Min(stage.Input.Height * stage.Input.Width, stage.Output.Height * stage.Output.Width)));

    /// <summary>The stage called <paramref name="name"/>, or null where there is none.</summary>
    public Stage? Find(string name) => Stages.FirstOrDefault(stage => stage.Name == name);

    /// <summary>The number of the stage called <paramref name="name"/>, from 0.</summary>
    public int IndexOf(string name) => Enumerable.Range(0, Stages.Count).First(i => Stages[i].Name == name);

    /// <summary>Whether weights of the other network fit this one.</summary>
    public bool HasShapeOf(NetworkPlan other) =>
        Stages.Select(stage => stage.GetType()).SequenceEqual(other.Stages.Select(stage => stage.GetType()))
        && (Input == other.Input || !Stages.Any(stage => stage is Linear)) // a kernel goes over pictures of any height and width
        && Parameters.Count == other.Parameters.Count
        && Parameters.Zip(other.Parameters).All(pair => pair.First.Name == pair.Second.Name && pair.First.Shape.AsSpan().SequenceEqual(pair.Second.Shape));

    public static NetworkPlan For(TrainingSettings settings) => new(settings.Architecture switch
    {
        Architecture.Strided => Strided(settings),
        Architecture.ZeroUnpool => Pooled(settings, (name, input, output) => new ZeroUnpool(name, input, output)),
        Architecture.NearestUnpool => Pooled(settings, (name, input, output) => new NearestUnpool(name, input, output)),
        Architecture.SwitchUnpool => Switched(settings),
        Architecture.Dense => Dense(settings),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Architecture, "no such architecture"),
    });

    private static Stage[] Strided(TrainingSettings settings)
    {
        (FeatureShape picture, int k) = (FeatureShape.Of(settings.PictureShape), settings.KernelSize);
        (FeatureShape half, FeatureShape quarter) = (Shrunk(picture, settings.Channels[0], 2), Shrunk(picture, settings.Channels[1], 4));
        return
        [
            new Convolution("conv1", picture, half, k, 2, settings.EncoderActivation),
            new Convolution(Code, half, quarter, k, 2, settings.EncoderActivation),
            new TransposedConvolution("deconv1", quarter, half, k, 2, settings.DecoderActivation, settings.DecoderBias),
            new TransposedConvolution(Output, half, picture, k, 2, settings.OutputActivation, settings.DecoderBias),
        ];
    }

    private static Stage[] Pooled(TrainingSettings settings, Func<string, FeatureShape, FeatureShape, Stage> unpool)
    {
        (FeatureShape picture, int k) = (FeatureShape.Of(settings.PictureShape), settings.KernelSize);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (FeatureShape small, FeatureShape middle, FeatureShape flat) = (Shrunk(picture, c1, 4), Shrunk(picture, c1, 2), Shrunk(picture, picture.Channels, 2));
        return
        [
            .. PooledEncoder(settings),
            new TransposedConvolution("deconv1", Shrunk(picture, c2, 4), small, k, 1, settings.DecoderActivation, settings.DecoderBias),
            unpool("unpool1", small, middle),
            new TransposedConvolution("deconv2", middle, flat, k, 1, settings.OutputActivation, settings.DecoderBias),
            unpool(Output, flat, picture),
        ];
    }

    private static Stage[] Switched(TrainingSettings settings)
    {
        (FeatureShape picture, int k) = (FeatureShape.Of(settings.PictureShape), settings.KernelSize);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (FeatureShape coded, FeatureShape wide) = (Shrunk(picture, c2, 4), Shrunk(picture, c2, 2));
        (FeatureShape narrow, FeatureShape full) = (Shrunk(picture, c1, 2), Shrunk(picture, c1, 1));
        return
        [
            .. PooledEncoder(settings),
            new SwitchUnpool("unpool1", coded, wide, Pool: Code),
            new TransposedConvolution("deconv1", wide, narrow, k, 1, settings.DecoderActivation, settings.DecoderBias),
            new SwitchUnpool("unpool2", narrow, full, Pool: "pool1"),
            new TransposedConvolution(Output, full, picture, k, 1, settings.OutputActivation, settings.DecoderBias),
        ];
    }

    private static Stage[] PooledEncoder(TrainingSettings settings)
    {
        var picture = FeatureShape.Of(settings.PictureShape);
        (int c1, int c2) = (settings.Channels[0], settings.Channels[1]);
        (FeatureShape full, FeatureShape half) = (Shrunk(picture, c1, 1), Shrunk(picture, c1, 2));
        (FeatureShape wide, FeatureShape coded) = (Shrunk(picture, c2, 2), Shrunk(picture, c2, 4));
        return
        [
            new Convolution("conv1", picture, full, settings.KernelSize, 1, settings.EncoderActivation),
            new MaxPool("pool1", full, half),
            new Convolution("conv2", half, wide, settings.KernelSize, 1, settings.EncoderActivation),
            new MaxPool(Code, wide, coded),
        ];
    }

    private static Stage[] Dense(TrainingSettings settings)
    {
        var picture = FeatureShape.Of(settings.PictureShape);
        FeatureShape hidden = new(settings.DenseWidths[0], 1, 1), code = new(settings.DenseWidths[1], 1, 1);
        return
        [
            new Linear("hidden1", picture, hidden, settings.EncoderActivation, HasBias: true),
            new Linear(Code, hidden, code, settings.EncoderActivation, HasBias: true),
            new Linear("hidden2", code, hidden, settings.DecoderActivation, settings.DecoderBias),
            new Linear(Output, hidden, picture, settings.OutputActivation, settings.DecoderBias),
        ];
    }

    private static FeatureShape Shrunk(FeatureShape picture, int channels, int divisor) => new(channels, picture.Height / divisor, picture.Width / divisor);
}
