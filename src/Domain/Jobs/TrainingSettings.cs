using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Jobs;

/// <summary>Schedule of the learning rate after the warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Decay to 0 along half a cosine (Loshchilov and Hutter, "SGDR", 2017).</summary>
    Cosine,

    /// <summary>Constant rate from the warm-up to the end, as in the article.</summary>
    Constant,
}

/// <summary>Distribution of the initial weights.</summary>
public enum Initialization
{
    /// <summary>The article's: standard deviation 0.1, biases 0.1.</summary>
    Article,

    /// <summary>Standard deviation 1 / √(inputs of a unit), biases 0 (LeCun and others, "Efficient BackProp", 1998).</summary>
    Lecun,
}

/// <summary>A training run with every value resolved: together with the thread count it decides the weights bit for bit.</summary>
public sealed record TrainingSettings
{
    /// <summary>Steps of warm-up that keep the pooled architectures from collapsing.</summary>
    public const int DefaultWarmup = 500;

    public required Architecture Architecture { get; init; }

    /// <summary>Name of the data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Channels, height and width of the data set's images.</summary>
    public int[] ImageShape { get; init; } = [1, 28, 28]; // which settings from before there were others leave out

    /// <summary>Batches to train on.</summary>
    public int Steps { get; init; } = 5_000;

    /// <summary>Images in a batch.</summary>
    public int BatchSize { get; init; } = 60;

    /// <summary>Adam's step size once the warm-up is over.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Seed of the initial weights and of the order of the images.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Output channels of the first and the second convolution; unused by <c>dense</c>.</summary>
    public int[] Channels { get; init; } = [16, 32];

    /// <summary>Side of every kernel in pixels, odd; unused by <c>dense</c>.</summary>
    public int KernelSize { get; init; } = 5;

    /// <summary>Activation of the encoder's layers.</summary>
    public required Activation EncoderActivation { get; init; }

    /// <summary>Activation of the decoder's inner layers.</summary>
    public required Activation DecoderActivation { get; init; }

    /// <summary>Activation of the last layer with weights.</summary>
    public required Activation OutputActivation { get; init; }

    /// <summary>Whether decoder layers have a bias; the article declares them and never adds them.</summary>
    public bool DecoderBias { get; init; }

    /// <summary>Width of the hidden layers and of the code; only for <c>dense</c>.</summary>
    public int[] DenseWidths { get; init; } = [300, 64];

    /// <summary>
    /// Numbers of a code that is a vector, between two linear layers; null where the code is the encoder's last maps. Unused by
    /// <c>switch-unpool</c> and <c>dense</c>.
    /// </summary>
    public int? CodeWidth { get; init; }

    /// <summary>Labels of the images to train on, whose losses are measured too; null for all images.</summary>
    public int[]? Labels { get; init; }

    /// <summary>Steps over which the learning rate rises linearly to its full value; prevents collapse.</summary>
    public int WarmupSteps { get; init; } = DefaultWarmup;

    public LearningRateSchedule LearningRateSchedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Distribution of the initial weights; unused where the job starts from a checkpoint.</summary>
    public Initialization Initialization { get; init; } = Initialization.Article;

    /// <summary>Whether a job whose network collapses ends as failed.</summary>
    public bool StopOnCollapse { get; init; } = true;

    /// <summary>Steps between evaluations on the validation split.</summary>
    public int EvaluateEvery { get; init; } = 250;

    /// <summary>Steps between checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 500;

    /// <summary>Noise on the network's input; null without noise.</summary>
    public Noise? Noise { get; init; }

    /// <summary>Id of the checkpoint whose weights the job starts from; null for a fresh initialisation.</summary>
    public Guid? StartFrom { get; init; }

    /// <summary>
    /// The article's settings for <paramref name="architecture"/>, with the given activations in place of its own. A narrow code, which the
    /// article has not, comes with biases in the decoder and a sigmoid at its end.
    /// </summary>
    public static TrainingSettings For(
        Architecture architecture,
        string dataset,
        Activation? encoder = null,
        Activation? decoder = null,
        Activation? output = null,
        int? codeWidth = null)
    {
        ArchitectureDescriptor defaults = Architectures.Of(architecture);
        Activation decoding = decoder ?? defaults.DecoderActivation;
        return new TrainingSettings
        {
            Architecture = architecture,
            Dataset = dataset,
            EncoderActivation = encoder ?? defaults.EncoderActivation,
            DecoderActivation = decoding,
            OutputActivation = output ?? (codeWidth is null ? defaults.OutputActivation ?? decoding : Activation.Sigmoid),
            DecoderBias = codeWidth is not null,
            CodeWidth = codeWidth,
        };
    }

    /// <summary>These settings with those of a preset in their place.</summary>
    public TrainingSettings With(TrainingPreset preset) => preset switch
    {
        TrainingPreset.Quick => With(CodeWidth is null ? Architectures.Of(Architecture).Quick : QuickRun.OfVectorCode),
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, null),
    };

    /// <summary>The learning rate of step <paramref name="step"/> = 0, 1, ...; a run shorter than its warm-up only climbs.</summary>
    public double LearningRateAt(int step)
    {
        double climb = WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / WarmupSteps);
        bool annealing = LearningRateSchedule == LearningRateSchedule.Cosine && step > WarmupSteps;
        double anneal = annealing ? 0.5 * (1 + Math.Cos(Math.PI * (step - WarmupSteps) / (Steps - WarmupSteps))) : 1;
        return LearningRate * climb * anneal;
    }

    private TrainingSettings With(QuickRun run) => this with
    {
        Steps = run.Steps,
        BatchSize = QuickRun.BatchSize,
        LearningRate = run.LearningRate,
        Initialization = run.Initialization,
        EvaluateEvery = run.Steps,
        CheckpointEvery = run.Steps,
    };
}
