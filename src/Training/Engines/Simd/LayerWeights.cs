namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>A layer's weights, packed as the kernels read them, for all workspaces of a network.</summary>
internal abstract class LayerWeights
{
    /// <summary>Values of a workspace's gradient for the layer.</summary>
    public abstract int GradientLength { get; }

    /// <summary>
    /// For each value of a workspace's gradient, the weights' and then the bias's, where it stands in the flat vector, or
    /// -1.
    /// </summary>
    public abstract IEnumerable<int> GradientSource { get; }

    /// <summary>Takes over the part-th of <paramref name="parts"/> equal partitions of the values.</summary>
    public abstract void Pack(ReadOnlySpan<float> weights, int part, int parts);
}
