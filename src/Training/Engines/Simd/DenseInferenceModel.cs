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

    public void Run(ReadOnlySpan<float> images, int layer, Span<float> outputs)
    {
        (int pixels, int units) = (definition.Input.Count, definition.Layers[layer].Output.Count);
        int count = images.Length / pixels;
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
                workspace.Output(layer, row).CopyTo(outputs.Slice((first + row) * units, units));
            }
        }

        _workspaces.Add(workspace);
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

    public void Decode(ReadOnlySpan<float> codes, ReadOnlySpan<float> image, Span<float> images)
    {
        (int size, int pixels, int last) = (definition.CodeShape.Count, definition.Input.Count, definition.Layers.Count - 1);
        int count = codes.Length / size;
        DenseWorkspace workspace = Borrow();
        for (int first = 0; first < count; first += ChunkSize)
        {
            int rows = Math.Min(ChunkSize, count - first);
            for (int row = 0; row < rows; row++)
            {
                codes.Slice((first + row) * size, size).CopyTo(workspace.Output(definition.CodeIndex, row));
            }

            Forward(workspace, rows, definition.CodeIndex + 1, last);
            for (int row = 0; row < rows; row++)
            {
                workspace.Output(last, row).CopyTo(images.Slice((first + row) * pixels, pixels));
            }
        }

        _workspaces.Add(workspace);
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
