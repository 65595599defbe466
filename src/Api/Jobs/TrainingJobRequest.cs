using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Jobs;

/// <summary>What to train. Every field may be left out; <c>{}</c> trains the strided autoencoder with the default settings.</summary>
internal sealed record TrainingJobRequest
{
    /// <summary>How the encoder shrinks a picture and the decoder undoes it. Default <c>strided</c>.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary>A name to find the job by: lower-case letters, digits, dot, dash and underscore, at most 64.</summary>
    public string? Name { get; init; }

    /// <summary>The data set, from GET /v1/datasets. Default <c>mnist</c> where its folder is there, else <c>synthetic-digits</c>.</summary>
    public string? Dataset { get; init; }

    /// <summary>Batches to train on, 1 to 100,000. Default 5,000.</summary>
    public int? Steps { get; init; }

    /// <summary>Pictures in a batch, 1 to 1,000. Default 60.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Adam's step size once the warm-up is over, 0.000001 to 1. Default 0.01.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Decides the initial weights and the order of the pictures, 0 to 2,147,483,647. Default 1.</summary>
    public int? Seed { get; init; }

    /// <summary>Output channels of the first and the second convolution, 1 to 64 each. Default [16, 32]. Not for <c>dense</c>.</summary>
    public int[]? Channels { get; init; }

    /// <summary>Side of every kernel in pixels, odd, 1 to 9. Default 5. Not for <c>dense</c>.</summary>
    public int? KernelSize { get; init; }

    /// <summary>Activation of the encoder's layers. Default <c>relu</c>, for <c>dense</c> <c>sigmoid</c>.</summary>
    public Activation? EncoderActivation { get; init; }

    /// <summary>Activation of the decoder's inner layers. Default <c>relu</c> for <c>strided</c> and <c>switch-unpool</c>, else <c>sigmoid</c>.</summary>
    public Activation? DecoderActivation { get; init; }

    /// <summary>Activation of the last layer with weights. Default <c>sigmoid</c> for <c>switch-unpool</c>, else the decoder's.</summary>
    public Activation? OutputActivation { get; init; }

    /// <summary>Whether decoder layers have a bias. Default false.</summary>
    public bool? DecoderBias { get; init; }

    /// <summary>Width of the hidden layers and of the code, 1 to 1,024 each. Default [300, 64]. Only for <c>dense</c>.</summary>
    public int[]? DenseWidths { get; init; }

    /// <summary>Steps over which the learning rate rises linearly to its full value, 0 to 100,000. Default 500; prevents collapse.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>What the learning rate does after the warm-up. Default <c>cosine</c>: down to 0 at the end.</summary>
    public LearningRateSchedule? LearningRateSchedule { get; init; }

    /// <summary>Whether a job whose network has collapsed ends as failed. Default true.</summary>
    public bool? StopOnCollapse { get; init; }

    /// <summary>Steps between evaluations on the validation split, 1 to 100,000. Default 250.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Steps between checkpoints, 1 to 100,000. Default 500.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>A checkpoint to begin with the weights of; optimizer, schedule and batch order are the new job's own.</summary>
    public Guid? StartFrom { get; init; }

    /// <summary>The settings with every value resolved.</summary>
    public TrainingSettings Resolve(string defaultDataset)
    {
        TrainingSettings settings = TrainingSettings.For(
            Architecture ?? Domain.Networks.Architecture.Strided, Dataset ?? defaultDataset, EncoderActivation, DecoderActivation, OutputActivation);
        return settings with
        {
            Steps = Steps ?? settings.Steps,
            BatchSize = BatchSize ?? settings.BatchSize,
            LearningRate = LearningRate ?? settings.LearningRate,
            Seed = Seed ?? settings.Seed,
            Channels = Channels ?? settings.Channels,
            KernelSize = KernelSize ?? settings.KernelSize,
            DecoderBias = DecoderBias ?? settings.DecoderBias,
            DenseWidths = DenseWidths ?? settings.DenseWidths,
            WarmupSteps = WarmupSteps ?? settings.WarmupSteps,
            LearningRateSchedule = LearningRateSchedule ?? settings.LearningRateSchedule,
            StopOnCollapse = StopOnCollapse ?? settings.StopOnCollapse,
            EvaluateEvery = EvaluateEvery ?? settings.EvaluateEvery,
            CheckpointEvery = CheckpointEvery ?? settings.CheckpointEvery,
            StartFrom = StartFrom,
        };
    }
}
