using System.Collections.Concurrent;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A trained convolutional network on kernels of our own. A caller borrows a workspace while it computes; there are as many as
/// callers were ever in here at once.
/// </summary>
internal sealed class ConvolutionalInferenceModel : IInferenceModel
{
    private readonly PackedWeights _weights;
    private readonly ConcurrentBag<ThreadWorkspace> _workspaces = [];
    private readonly ConcurrentBag<ThreadWorkspace> _decoders = [];

    public ConvolutionalInferenceModel(NetworkDefinition definition, float[] weights)
    {
        _weights = new PackedWeights(definition, trained: false);
        _weights.Pack(weights);
    }

    public void Run(ReadOnlySpan<float> images, int layer, Span<float> outputs)
    {
        (int pixels, TensorShape shape) = (_weights.Definition.Input.Count, _weights.Definition.Layers[layer].Output);
        ThreadWorkspace workspace = Borrow();
        for (int i = 0; i < images.Length / pixels; i++)
        {
            workspace.Read(images.Slice(i * pixels, pixels));
            workspace.Forward(layer);
            workspace.Output(layer).CopyTo(outputs.Slice(i * shape.Count, shape.Count), shape);
        }

        _workspaces.Add(workspace);
    }

    public float[][] Activations(ReadOnlySpan<float> image)
    {
        IReadOnlyList<Layer> layers = _weights.Definition.Layers;
        float[][] outputs = new float[layers.Count][];
        ThreadWorkspace workspace = Borrow();
        workspace.Read(image);
        workspace.Forward(layers.Count - 1);
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new float[layers[i].Output.Count];
            workspace.Output(i).CopyTo(outputs[i], layers[i].Output);
        }

        _workspaces.Add(workspace);
        return outputs;
    }

    public void Decode(ReadOnlySpan<float> codes, ReadOnlySpan<float> image, Span<float> images)
    {
        NetworkDefinition definition = _weights.Definition;
        (int size, int pixels) = (definition.CodeShape.Count, definition.Input.Count);
        ThreadWorkspace workspace = _decoders.TryTake(out ThreadWorkspace? free)
            ? free
            : new ThreadWorkspace(_weights, trained: false, decodes: true);
        if (definition.NeedsSwitches)
        {
            workspace.Read(image);
            workspace.Forward(definition.CodeIndex);
        }

        for (int i = 0; i < codes.Length / size; i++)
        {
            workspace.Code.CopyFrom(codes.Slice(i * size, size), definition.CodeShape);
            workspace.Forward(definition.Layers.Count - 1, first: definition.CodeIndex + 1);
            workspace.CopyReconstructionTo(images.Slice(i * pixels, pixels));
        }

        _decoders.Add(workspace);
    }

    public void Dispose()
    {
        _workspaces.Clear();
        _decoders.Clear();
    }

    private ThreadWorkspace Borrow() =>
        _workspaces.TryTake(out ThreadWorkspace? free) ? free : new ThreadWorkspace(_weights, trained: false);
}
