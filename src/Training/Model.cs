using System.Diagnostics;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
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
    private readonly float[] _weights;

    public Model(Snapshot snapshot)
    {
        (Plan, Noise, Data) = (NetworkPlan.For(snapshot.Settings), snapshot.Settings.Noise, snapshot.Data);
        _network = Engine.Viewer(Plan, snapshot.Weights);
        _architecture = Telemetry.Tag(snapshot.Settings.Architecture);
        _weights = snapshot.Weights;
    }

    public NetworkPlan Plan { get; }

    /// <summary>What it learned to take off its pictures; null where it was given them clean.</summary>
    public Noise? Noise { get; }

    /// <summary>What its data look like; null where its checkpoint does not say.</summary>
    public DataProfile? Data { get; }

    /// <summary>Runs a network that knows nothing once, and counts it nowhere: what that compiles is then ready.</summary>
    public static void WarmUp(NetworkPlan plan)
    {
        using IViewer viewer = Engine.Viewer(plan, Initializer.Draw(plan, seed: 1));
        viewer.Look(new float[plan.Input.Count], plan.Stages.Count - 1);
    }

    /// <param name="pictures">Any number of pictures, [C, H, W] in 0..1 each.</param>
    /// <returns>Their reconstructions, in the same layout.</returns>
    public float[] Reconstruct(ReadOnlySpan<float> pictures) => Look("reconstruct", pictures, Plan.Stages.Count - 1);

    /// <summary>What the stage <paramref name="stage"/> makes of one picture.</summary>
    /// <param name="picture">[C, H, W] in 0..1.</param>
    public FeatureMaps Look(Stage stage, ReadOnlySpan<float> picture)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, Plan.Input.Count);
        return new FeatureMaps(stage.Name, stage.Output, Look("look", picture, Plan.IndexOf(stage.Name)));
    }

    /// <param name="picture">[C, H, W] in 0..1.</param>
    /// <returns>Its code, in the shape of <see cref="NetworkPlan.CodeShape"/>.</returns>
    public float[] Encode(ReadOnlySpan<float> picture) => Look("encode", picture, Plan.CodeIndex);

    /// <summary>A picture from a code alone. The code of a picture gives the same bits as <see cref="Reconstruct"/> of that picture.</summary>
    /// <param name="code">In the shape of <see cref="NetworkPlan.CodeShape"/>.</param>
    /// <param name="picture">[C, H, W] in 0..1 of the picture whose switches are used; read only by a network that needs some.</param>
    /// <returns>[C, H, W], of a picture.</returns>
    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> picture)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(code.Length, Plan.CodeShape.Count);
        if (Plan.NeedsSwitches)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, Plan.Input.Count);
        }

        long began = Stopwatch.GetTimestamp();
        float[] values = _network.Decode(code, picture);
        Record("decode", began);
        return values;
    }

    /// <summary>
    /// The straight way from one picture's code to another's, decoded. The first and the last frame are the reconstructions of the
    /// two pictures; switches are those of the nearer one, half way those of <paramref name="from"/>.
    /// </summary>
    /// <param name="frames">How many, from 2.</param>
    /// <returns>Each frame, [C, H, W].</returns>
    public float[][] Interpolate(float[] from, float[] to, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 2);
        (float[] start, float[] end) = (Encode(from), Encode(to));
        return [.. Enumerable.Range(0, frames).Select(frame =>
        {
            float way = frame / (frames - 1f);
            float[] code = [.. start.Zip(end, (a, b) => float.Lerp(a, b, way))];
            return Decode(code, 2 * frame <= frames - 1 ? from : to);
        })];
    }

    /// <summary>The stage's weights as maps, or null where it has none.</summary>
    public KernelMaps? Kernels(Stage stage)
    {
        int first = Plan.Stages.TakeWhile(before => before.Name != stage.Name).Sum(before => before.Parameters.Sum(parameter => parameter.Count));
        return stage.Parameters is [Parameter weight, ..] ? KernelMaps.Of(stage, _weights.AsSpan(first, weight.Count)) : null;
    }

    public void Dispose() => _network.Dispose();

    private float[] Look(string operation, ReadOnlySpan<float> pictures, int stage)
    {
        long began = Stopwatch.GetTimestamp();
        float[] values = _network.Look(pictures, stage);
        Record(operation, began);
        return values;
    }

    private void Record(string operation, long began) =>
        Telemetry.InferenceDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("operation", operation), _architecture);
}
