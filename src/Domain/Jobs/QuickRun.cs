namespace AutoencoderApi.Domain.Jobs;

/// <summary>
/// What <see cref="TrainingPreset.Quick"/> sets for an architecture. Adam needs a number of steps, and with small batches a step costs
/// little (docs/results.md, "Quick training").
/// </summary>
public sealed record QuickRun(int Steps, double LearningRate = 0.01, Initialization Initialization = Initialization.Article)
{
    public const int BatchSize = 8;

    /// <summary>Of every architecture with a code width.</summary>
    public static readonly QuickRun OfVectorCode = new(Steps: 3_000);
}
