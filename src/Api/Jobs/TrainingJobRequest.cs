using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Settings of a training job. All are optional; <c>{}</c> trains the strided autoencoder with the default settings. A service may have
/// stricter limits than the bounds here (<c>Limits</c>).
/// </summary>
internal sealed record TrainingJobRequest
{
    /// <summary>How the encoder shrinks an image and the decoder undoes it. Default <c>strided</c>.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary>
    /// Predefined settings, which the other fields of the request override: <c>quick</c> trains for seconds. The job's <c>settings</c> have
    /// the resolved values.
    /// </summary>
    public TrainingPreset? Preset { get; init; }

    /// <summary>A name to find the job by.</summary>
    [Name]
    public string? Name { get; init; }

    /// <summary>
    /// Up to 16 pairs of text to find the job by. A key has 1 to 64 letters of ASCII, digits, dots, dashes, underscores or slashes, a value
    /// at most 256 characters.
    /// </summary>
    [Metadata]
    public Dictionary<string, string>? Metadata
    {
        get;
        init => field = MetadataPairs.Ordered(value);
    }

    /// <summary>The data set, from GET /v1/datasets. Default <c>mnist</c> where it is here, else <c>synthetic-digits</c>.</summary>
    [Name]
    public string? Dataset { get; init; }

    /// <summary>Batches to train on.</summary>
    public int? Steps { get; init; }

    /// <summary>Images in a batch.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Adam's step size once the warm-up is over.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Seed of the initial weights and of the order of the images.</summary>
    public int? Seed { get; init; }

    /// <summary>Output channels of the first and the second convolution. Not for <c>dense</c>.</summary>
    public int[]? Channels { get; init; }

    /// <summary>Side of every kernel in pixels, odd. Not for <c>dense</c>.</summary>
    public int? KernelSize { get; init; }

    /// <summary>Activation of the encoder's layers. Default <c>relu</c>; <c>sigmoid</c> for <c>dense</c>.</summary>
    public Activation? EncoderActivation { get; init; }

    /// <summary>
    /// Activation of the decoder's inner layers. Default <c>relu</c> for <c>strided</c> and <c>switch-unpool</c>, else
    /// <c>sigmoid</c>.
    /// </summary>
    public Activation? DecoderActivation { get; init; }

    /// <summary>Activation of the last layer with weights. Default <c>sigmoid</c> for <c>switch-unpool</c>, else the decoder's.</summary>
    public Activation? OutputActivation { get; init; }

    /// <summary>Whether decoder layers have a bias.</summary>
    public bool? DecoderBias { get; init; }

    /// <summary>Width of the hidden layers and of the code. Only for <c>dense</c>.</summary>
    public int[]? DenseWidths { get; init; }

    /// <summary>
    /// Numbers of a narrow code between two linear layers; absent, the encoder's last maps are the code. Only for <c>strided</c>,
    /// <c>zero-unpool</c> and <c>nearest-unpool</c>. With it <c>decoderBias</c> is true and <c>outputActivation</c> is <c>sigmoid</c>
    /// where they are left out.
    /// </summary>
    public int? CodeWidth { get; init; }

    /// <summary>
    /// Labels of the images to train on, such as <c>[1]</c>; absent, all images. Losses are over these images, and an evaluation takes all
    /// others for anomalous. The data set must have labels.
    /// </summary>
    public int[]? Labels { get; init; }

    /// <summary>Steps over which the learning rate rises linearly to its full value; prevents collapse.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Schedule of the learning rate after the warm-up. Default <c>cosine</c>.</summary>
    public LearningRateSchedule? LearningRateSchedule { get; init; }

    /// <summary>Distribution of the initial weights. Default <c>article</c>. Unused with <c>startFrom</c>.</summary>
    public Initialization? Initialization { get; init; }

    /// <summary>Whether a job whose network collapses ends as failed.</summary>
    public bool? StopOnCollapse { get; init; }

    /// <summary>Steps between evaluations on the validation split.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Steps between checkpoints.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>Noise to denoise: the network gets noisy images, and its loss is against the clean ones. Default none.</summary>
    public Noise? Noise { get; init; }

    /// <summary>
    /// Whether frames of the weights are kept, to be shown by <c>GET /v1/training-jobs/{id}/film</c>. Default true for networks of fewer
    /// than 200,000 parameters, unless the job with its film would store more than one job may.
    /// </summary>
    public bool? Film { get; init; }

    /// <summary>Id of a checkpoint whose weights the job starts from; optimizer, schedule and batch order start anew.</summary>
    public Guid? StartFrom { get; init; }

    /// <summary>Of a job that names none.</summary>
    internal const Domain.Networks.Architecture DefaultArchitecture = Domain.Networks.Architecture.Strided;

    /// <summary>The settings with every value resolved.</summary>
    /// <param name="dataset">The data set asked for, or the default one.</param>
    /// <param name="images">The shape of its images.</param>
    public TrainingSettings Resolve(string dataset, TensorShape images)
    {
        TrainingSettings settings = TrainingSettings.For(
            Architecture ?? DefaultArchitecture, dataset, EncoderActivation, DecoderActivation, OutputActivation, CodeWidth);
        settings = Preset is { } preset ? settings.With(preset) : settings;
        return settings with
        {
            ImageShape = images.ToArray(),
            Steps = Steps ?? settings.Steps,
            BatchSize = BatchSize ?? settings.BatchSize,
            LearningRate = LearningRate ?? settings.LearningRate,
            Seed = Seed ?? settings.Seed,
            Channels = Channels ?? settings.Channels,
            KernelSize = KernelSize ?? settings.KernelSize,
            DecoderBias = DecoderBias ?? settings.DecoderBias,
            DenseWidths = DenseWidths ?? settings.DenseWidths,
            Labels = Labels,
            WarmupSteps = WarmupSteps ?? settings.WarmupSteps,
            LearningRateSchedule = LearningRateSchedule ?? settings.LearningRateSchedule,
            Initialization = Initialization ?? settings.Initialization,
            StopOnCollapse = StopOnCollapse ?? settings.StopOnCollapse,
            EvaluateEvery = EvaluateEvery ?? settings.EvaluateEvery,
            CheckpointEvery = CheckpointEvery ?? settings.CheckpointEvery,
            Noise = Noise,
            StartFrom = StartFrom,
        };
    }
}
