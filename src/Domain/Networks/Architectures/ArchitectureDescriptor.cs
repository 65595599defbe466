using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Domain.Networks;

/// <summary>All that tells one architecture from another, beside the types of its layers: docs/architecture.md.</summary>
public sealed record ArchitectureDescriptor
{
    public required Architecture Architecture { get; init; }

    /// <summary>A name for readers; the wire name is the enum's.</summary>
    public required string Label { get; init; }

    /// <summary>How the network shrinks an image and undoes it, in a sentence or two.</summary>
    public required string Description { get; init; }

    /// <summary>The fields of a job that size the network; the other architectures' are refused.</summary>
    public required IReadOnlyList<string> SizeFields { get; init; }

    /// <summary>
    /// The layers in order; one is called <see cref="NetworkDefinition.Code"/>, the last
    /// <see cref="NetworkDefinition.Output"/>.
    /// </summary>
    public required Func<TrainingSettings, Layer[]> Layers { get; init; }

    public Activation EncoderActivation { get; init; } = Activation.Relu;

    public Activation DecoderActivation { get; init; } = Activation.Sigmoid;

    /// <summary>Of the last layer with weights; null: the decoder's.</summary>
    public Activation? OutputActivation { get; init; }

    /// <summary>The mean squared error per pixel that the article reached on MNIST, in one run; null where the article has none.</summary>
    public double? ArticleLoss { get; init; }

    /// <summary>
    /// The least sum of squared errors that the last layer leaves in a 2×2 block of pixels, 0..255, in reading order; null where any block
    /// can be right.
    /// </summary>
    public Func<byte, byte, byte, byte, double>? BlockError { get; init; }

    /// <summary>Why convolutions of this architecture take no code width, as the end of a sentence; null where they do.</summary>
    public string? CodeWidthRefusal { get; init; }

    /// <summary>The run of <see cref="TrainingPreset.Quick"/>.</summary>
    public required QuickRun Quick { get; init; }

    /// <summary>Whether a run begins with a search for initial weights that learn (docs/decisions/0006-trial-draws.md).</summary>
    public bool SearchesInitialization { get; init; }
}
