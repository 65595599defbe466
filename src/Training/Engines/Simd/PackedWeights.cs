using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>A convolutional network's weights as its workspaces read them. Packed by nobody while a workspace computes.</summary>
internal sealed class PackedWeights
{
    private readonly int _firstImage; // from this signal on there are the image's channels: the last transposed convolution's output

    public PackedWeights(NetworkDefinition definition, bool trained)
    {
        Definition = definition;
        _firstImage = 1 + Enumerable.Range(0, definition.Layers.Count).Last(i => definition.Layers[i] is Layer.TransposedConvolution);
        Layers = new LayerWeights?[definition.Layers.Count];
        int first = 0;
        for (int i = 0; i < Layers.Length; i++)
        {
            Layer layer = definition.Layers[i];
            Layers[i] = layer switch
            {
                // The signal on the side of the image decides the packing.
                Layer.Convolution => new ConvolutionWeights(layer, first, StoredChannels(i), backward: trained && i > 0),
                Layer.TransposedConvolution => new ConvolutionWeights(layer, first, StoredChannels(i + 1), backward: trained && i > 0),
                Layer.Linear linear => new LinearWeights(linear, first, StoredChannels(LinearWeights.IsVector(linear.Output) ? i : i + 1)),
                _ => null,
            };
            first += layer.Parameters.Sum(parameter => parameter.Count);
        }

        GradientSource = [.. Layers.SelectMany(layer => layer?.GradientSource ?? [])];
        Margin = Layers.OfType<ConvolutionWeights>().Max(convolution => convolution.Kernel) / 2;
    }

    public NetworkDefinition Definition { get; }

    /// <summary>For each layer, null where it has no weights.</summary>
    public LayerWeights?[] Layers { get; }

    /// <summary>For each value of a workspace's gradients where it stands in the flat vector, or -1.</summary>
    public int[] GradientSource { get; }

    /// <summary>Zero pixels between the rows of a map, as many as a kernel can reach over.</summary>
    public int Margin { get; }

    /// <summary>
    /// Of signal number <paramref name="index"/>, the input of that layer: whole vectors, so that a kernel can write them; but an image's
    /// own number where it is only read, or where that is one, for which there are kernels of their own.
    /// </summary>
    public int StoredChannels(int index)
    {
        TensorShape shape = ShapeOf(index);
        bool isImage = index == 0 || (index >= _firstImage && shape.Channels == 1);
        return isImage ? shape.Channels : FeatureMapBuffer.Padded(shape.Channels);
    }

    public TensorShape ShapeOf(int index) => index == 0 ? Definition.Input : Definition.Layers[index - 1].Output;

    /// <summary>
    /// Room for signal number <paramref name="index"/>. No kernel reaches over the ends of a single-channel image's rows: it has
    /// no margin.
    /// </summary>
    public FeatureMapBuffer MapAt(int index)
    {
        (TensorShape shape, int stored) = (ShapeOf(index), StoredChannels(index));
        return new FeatureMapBuffer(shape.Height, shape.Width, stored, margin: stored == 1 ? 0 : Margin);
    }

    /// <summary>Takes over the part-th of <paramref name="parts"/> equal partitions of the values.</summary>
    public void Pack(ReadOnlySpan<float> weights, int part = 0, int parts = 1)
    {
        foreach (LayerWeights? layer in Layers)
        {
            layer?.Pack(weights, part, parts);
        }
    }
}
