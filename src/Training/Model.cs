using System.Diagnostics;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training;

/// <summary>One image's activation at a layer, channel by channel, row by row.</summary>
public sealed record FeatureMaps(string Layer, TensorShape Shape, float[] Values);

/// <summary>What every layer of a network makes of one image.</summary>
/// <param name="Image">[C, H, W] in 0..1.</param>
/// <param name="Outputs">Of each layer in order, [C, H, W].</param>
public sealed record Activations(NetworkDefinition Definition, float[] Image, IReadOnlyList<float[]> Outputs)
{
    /// <summary>What the layer reads, [C, H, W].</summary>
    public float[] InputOf(int layer) => layer == 0 ? Image : Outputs[layer - 1];

    /// <summary>Of a pooling, for each of its outputs the place of the maximum in its 2×2 block, in reading order, 0..3.</summary>
    public byte[] Switches(int layer) => UnitTerms.Switches((Layer.MaxPool)Definition.Layers[layer], InputOf(layer));
}

/// <summary>A trained network ready to look at images. Its methods may be called from many threads at once.</summary>
public sealed class Model : IDisposable
{
    private readonly IInferenceModel _network;
    private readonly KeyValuePair<string, object?> _architecture;
    private readonly float[] _weights;
    private readonly EngineKind _engine;

    public Model(Checkpoint checkpoint, EngineKind engine = EngineKind.Auto)
    {
        (Definition, Noise, Data, Errors) = (
            NetworkDefinition.For(checkpoint.Settings), checkpoint.Settings.Noise, checkpoint.Data, checkpoint.Errors);
        Dataset = checkpoint.Settings.Dataset;
        _network = EngineSelection.For(Definition, engine).Load(Definition, checkpoint.Weights);
        _architecture = Telemetry.Tag(checkpoint.Settings.Architecture);
        (_weights, _engine) = (checkpoint.Weights, engine);
    }

    private Model(Model other, NetworkDefinition definition)
    {
        (Definition, Noise, Data, Errors, Dataset) = (definition, other.Noise, other.Data, other.Errors, other.Dataset);
        _network = EngineSelection.For(definition, other._engine).Load(definition, other._weights);
        (_architecture, _weights, _engine) = (other._architecture, other._weights, other._engine);
    }

    public NetworkDefinition Definition { get; }

    /// <summary>What it learned to take off its images; null where it was given them clean.</summary>
    public Noise? Noise { get; }

    /// <summary>What its data look like; null where its checkpoint does not say.</summary>
    public DataProfile? Data { get; }

    /// <summary>Its errors on validation images; null where its checkpoint does not say.</summary>
    public ErrorQuantiles? Errors { get; }

    /// <summary>The name of the data set that it was trained on.</summary>
    public string Dataset { get; }

    /// <summary>Runs a network that knows nothing once, and counts it nowhere: what that compiles is then ready.</summary>
    public static void WarmUp(NetworkDefinition definition, EngineKind engine)
    {
        float[] weights = WeightInitializer.Initialize(definition, seed: 1);
        using IInferenceModel model = EngineSelection.For(definition, engine).Load(definition, weights);
        model.Run(new float[definition.Input.Count], definition.Layers.Count - 1, new float[definition.Input.Count]);
    }

    /// <param name="images">Any number of images, [C, H, W] in 0..1 each.</param>
    /// <returns>Their reconstructions, in the same layout.</returns>
    public float[] Reconstruct(ReadOnlySpan<float> images) => Run("reconstruct", images, Definition.Layers.Count - 1);

    /// <summary>The outputs of a layer for any number of images: the very bits that each gives alone.</summary>
    /// <param name="images">[C, H, W] in 0..1 each.</param>
    /// <param name="layer">The number of the layer.</param>
    /// <param name="outputs">Gets as many outputs, [C, H, W] each.</param>
    public void RunBatch(ReadOnlySpan<float> images, int layer, Span<float> outputs)
    {
        int count = images.Length / Definition.Input.Count;
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, count * Definition.Layers[layer].Output.Count);
        long began = Stopwatch.GetTimestamp();
        _network.Run(images, layer, outputs);
        Record("batch", began);
    }

    /// <summary>What the layer <paramref name="layer"/> makes of one image.</summary>
    /// <param name="image">[C, H, W] in 0..1.</param>
    public FeatureMaps Look(Layer layer, ReadOnlySpan<float> image)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(image.Length, Definition.Input.Count);
        return new FeatureMaps(layer.Name, layer.Output, Run("look", image, Definition.IndexOf(layer.Name)));
    }

    /// <summary>What every layer makes of one image.</summary>
    /// <param name="image">[C, H, W] in 0..1.</param>
    /// <param name="unpooling">In place of the network's own; see <see cref="NetworkDefinition.WithUnpooling"/>.</param>
    public Result<Activations, string> Activate(float[] image, Unpooling? unpooling = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(image.Length, Definition.Input.Count);
        NetworkDefinition? definition = Definition;
        if (unpooling is { } other && !Definition.WithUnpooling(other).TryGet(out definition, out string? fault))
        {
            return fault;
        }

        long began = Stopwatch.GetTimestamp();
        using IInferenceModel? swapped = unpooling is null ? null : EngineSelection.For(definition, _engine).Load(definition, _weights);
        float[][] outputs = (swapped ?? _network).Activations(image);
        Record("activations", began);
        return new Activations(definition, image, outputs);
    }

    /// <summary>What every layer makes of one image, [C, H, W] each.</summary>
    internal float[][] Outputs(float[] image) => _network.Activations(image);

    /// <summary>The network with the same weights and another unpooling; see <see cref="NetworkDefinition.WithUnpooling"/>.</summary>
    public Result<Model, string> WithUnpooling(Unpooling unpooling) =>
        Definition.WithUnpooling(unpooling).TryGet(out NetworkDefinition? definition, out string? fault)
            ? new Model(this, definition)
            : fault;

    /// <summary>How one unit's value comes about.</summary>
    /// <param name="layer">The number of the unit's layer.</param>
    public UnitTerms Explain(Activations activations, int layer, (int Channel, int Row, int Column) unit)
    {
        int first = Definition.Layers.Take(layer).Sum(before => before.Parameters.Sum(parameter => parameter.Count));
        Layer each = activations.Definition.Layers[layer];
        byte[]? switches = each is Layer.SwitchUnpool unpool ? activations.Switches(activations.Definition.IndexOf(unpool.Pool)) : null;
        return UnitTerms.Of(each, _weights.AsSpan(first), activations.InputOf(layer), switches, unit);
    }

    /// <param name="images">Any number of images, [C, H, W] in 0..1 each.</param>
    /// <returns>Their codes, each in the shape of <see cref="NetworkDefinition.CodeShape"/>.</returns>
    public float[] Encode(ReadOnlySpan<float> images) => Run("encode", images, Definition.CodeIndex);

    /// <summary>An image from a code alone. The code of an image gives the same bits as <see cref="Reconstruct"/> of that image.</summary>
    /// <param name="code">In the shape of <see cref="NetworkDefinition.CodeShape"/>.</param>
    /// <param name="image">[C, H, W] in 0..1 of the image whose switches are used; read only by a network that needs some.</param>
    /// <returns>[C, H, W], of an image.</returns>
    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> image)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(code.Length, Definition.CodeShape.Count);
        if (Definition.NeedsSwitches)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(image.Length, Definition.Input.Count);
        }

        float[] values = new float[Definition.Input.Count];
        long began = Stopwatch.GetTimestamp();
        _network.Decode(code, image, values);
        Record("decode", began);
        return values;
    }

    /// <summary>Images from any number of codes, of a network that needs no switches: the very bits that each code gives alone.</summary>
    /// <param name="codes">In the shape of <see cref="NetworkDefinition.CodeShape"/> each.</param>
    /// <param name="images">Gets as many images, [C, H, W] each.</param>
    public void DecodeBatch(ReadOnlySpan<float> codes, Span<float> images)
    {
        if (Definition.NeedsSwitches)
        {
            throw new InvalidOperationException("each code needs the switches of an image of its own");
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Length, codes.Length / Definition.CodeShape.Count * Definition.Input.Count);
        long began = Stopwatch.GetTimestamp();
        _network.Decode(codes, image: [], images);
        Record("batch", began);
    }

    /// <summary>
    /// Linear interpolation between the codes of two images, decoded. The first and the last frame are the reconstructions of the
    /// two images; switches are those of the nearer one, half way those of <paramref name="from"/>.
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

    /// <summary>The layer's weights as maps, or null where it has none.</summary>
    public KernelImages? Kernels(Layer layer)
    {
        int first = Definition
            .Layers.TakeWhile(before => before.Name != layer.Name)
            .Sum(before => before.Parameters.Sum(parameter => parameter.Count));
        return layer.Parameters is [Parameter weight, ..] ? KernelImages.Of(layer, _weights.AsSpan(first, weight.Count)) : null;
    }

    public void Dispose() => _network.Dispose();

    private float[] Run(string operation, ReadOnlySpan<float> images, int layer)
    {
        float[] values = new float[images.Length / Definition.Input.Count * Definition.Layers[layer].Output.Count];
        long began = Stopwatch.GetTimestamp();
        _network.Run(images, layer, values);
        Record(operation, began);
        return values;
    }

    private void Record(string operation, long began) =>
        Telemetry.InferenceDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("operation", operation), _architecture);
}
