using System.Diagnostics;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Networks;

namespace AutoencoderApi.Training;

/// <summary>One picture's activation at a stage, channel by channel, row by row.</summary>
public sealed record FeatureMaps(string Stage, FeatureShape Shape, float[] Values);

/// <summary>A trained network ready to look at pictures. Its methods may be called from many threads at once.</summary>
public sealed class Model : IDisposable
{
    private readonly IViewer _network;
    private readonly KeyValuePair<string, object?> _architecture;

    public Model(Snapshot snapshot)
    {
        Plan = NetworkPlan.For(snapshot.Settings);
        _network = Engine.Viewer(Plan, snapshot.Weights);
        _architecture = Telemetry.Tag(snapshot.Settings.Architecture);
    }

    public NetworkPlan Plan { get; }

    /// <param name="pictures">Any number of pictures, 784 values 0..1 each.</param>
    /// <returns>Their reconstructions, in the same layout.</returns>
    public float[] Reconstruct(ReadOnlySpan<float> pictures) => Look("reconstruct", pictures, Plan.Stages.Count - 1);

    /// <summary>What the stage <paramref name="stage"/> makes of one picture.</summary>
    /// <param name="picture">784 values 0..1.</param>
    public FeatureMaps Look(Stage stage, ReadOnlySpan<float> picture)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, Plan.Input.Count);
        return new FeatureMaps(stage.Name, stage.Output, Look("look", picture, Plan.IndexOf(stage.Name)));
    }

    public void Dispose() => _network.Dispose();

    private float[] Look(string operation, ReadOnlySpan<float> pictures, int stage)
    {
        long began = Stopwatch.GetTimestamp();
        float[] values = _network.Look(pictures, stage);
        Telemetry.InferenceDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("operation", operation), _architecture);
        return values;
    }
}
