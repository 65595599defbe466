using System.Diagnostics;
using System.Diagnostics.Metrics;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training;

/// <summary>
/// What training and looking tell whoever listens to <see cref="Name"/>. While nobody does, a measurement costs one
/// comparison.
/// </summary>
public static class Telemetry
{
    public const string Name = "AutoencoderApi.Training";

    internal static readonly ActivitySource Spans = new(Name);

    private static readonly Meter s_meter = new(Name);

    /// <summary>Seconds from taking a batch to the changed weights.</summary>
    internal static readonly Histogram<double> StepDuration = Seconds(
        "autoencoder.training.step.duration", "Time of one training step: batch, forward, backward, Adam.",
        [0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 5]);

    /// <summary>Seconds of one pass through a network, of however many images.</summary>
    internal static readonly Histogram<double> InferenceDuration = Seconds(
        "autoencoder.inference.duration", "Time of one pass through a network, without reading or drawing images.",
        [0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1]);

    internal static KeyValuePair<string, object?> Tag(Architecture architecture) => new("architecture", JsonConventions.Name(architecture));

    private static Histogram<double> Seconds(string name, string description, double[] boundaries) =>
        s_meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
