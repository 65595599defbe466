using System.Collections.Concurrent;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A trained dense network on matrix products of our own. A caller borrows a workspace while it computes; there are as many as
/// callers were ever in here at once.
/// </summary>
internal sealed class DenseInferenceModel(NetworkDefinition definition, float[] weights) : IInferenceModel
{
    private const int ChunkSize = 16; // images that are computed at once

    private readonly AlignedFloats _weights = DenseWorkspace.ReadableWeights(weights);
    private readonly ConcurrentBag<DenseWorkspace> _workspaces = [];

    public float[] Run(ReadOnlySpan<float> images, int layer)
    {
        (int pixels, int units) = (definition.Input.Count, definition.Layers[layer].Output.Count);
        int count = images.Length / pixels;
        float[] outputs = new float[count * units];
        DenseWorkspace workspace = Borrow();
        for (int first = 0; first < count; first += ChunkSize)
        {
            int rows = Math.Min(ChunkSize, count - first);
            for (int row = 0; row < rows; row++)
            {
                images.Slice((first + row) * pixels, pixels).CopyTo(workspace.Input(row));
            }

            Forward(workspace, rows, from: 0, layer);
            for (int row = 0; row < rows; row++)
            {
                workspace.Output(layer, row).CopyTo(outputs.AsSpan((first + row) * units, units));
            }
        }

        _workspaces.Add(workspace);
        return outputs;
    }

    public float[][] Activations(ReadOnlySpan<float> image)
    {
        DenseWorkspace workspace = Borrow();
        image.CopyTo(workspace.Input(row: 0));
        Forward(workspace, rows: 1, from: 0, definition.Layers.Count - 1);
        float[][] outputs = [.. Enumerable.Range(0, definition.Layers.Count).Select(i => workspace.Output(i, row: 0).ToArray())];
        _workspaces.Add(workspace);
        return outputs;
    }

    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> image)
    {
        DenseWorkspace workspace = Borrow();
        code.CopyTo(workspace.Output(definition.CodeIndex, row: 0));
        int last = definition.Layers.Count - 1;
        Forward(workspace, rows: 1, definition.CodeIndex + 1, last);
        float[] decoded = workspace.Output(last, row: 0).ToArray();
        _workspaces.Add(workspace);
        return decoded;
    }

    public void Dispose() => _workspaces.Clear();

    private static void Forward(DenseWorkspace workspace, int rows, int from, int to)
    {
        for (int layer = from; layer <= to; layer++)
        {
            workspace.Layers[layer].Forward(rows, part: 0, parts: 1, CancellationToken.None);
        }
    }

    private DenseWorkspace Borrow() =>
        _workspaces.TryTake(out DenseWorkspace? free) ? free : new DenseWorkspace(definition, _weights, gradients: null, ChunkSize);
}
