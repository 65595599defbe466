using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// The weights of a linear layer between maps and a vector, in either direction: for each number of the vector one row, laid out as the
/// maps are, [H, W, stored channels].
/// </summary>
internal sealed unsafe class LinearWeights : LayerWeights
{
    private readonly AlignedFloats _rows;
    private readonly AlignedFloats _bias;
    private readonly int[] _rowSource; // of each packed weight its place in the flat vector, or -1
    private readonly int[] _biasSource;

    /// <param name="first">Where the layer's parameters begin in the network's flat vector.</param>
    /// <param name="stored">Channels that the maps are stored with.</param>
    public LinearWeights(Layer.Linear layer, int first, int stored)
    {
        ToVector = IsVector(layer.Output);
        (TensorShape maps, TensorShape vector) = ToVector ? (layer.Input, layer.Output) : (layer.Output, layer.Input);
        (VectorLength, RowLength) = (vector.Count, maps.Height * maps.Width * stored);
        int[] places = PlacesOf(maps, stored);
        int toNumber = ToVector ? maps.Count : 1, toPlace = ToVector ? 1 : vector.Count; // steps in the weights, [out, in]
        _rowSource = [.. Enumerable.Range(0, VectorLength).SelectMany(number =>
            places.Select(place => place < 0 ? -1 : first + (number * toNumber) + (place * toPlace)))];
        int firstBias = first + layer.Parameters[0].Count;
        _biasSource = layer.HasBias ? [.. BiasPlaces().Select(place => place < 0 ? -1 : firstBias + place)] : [];
        (_rows, _bias) = (new AlignedFloats(_rowSource.Length), new AlignedFloats(ToVector ? VectorLength : RowLength));

        IEnumerable<int> BiasPlaces() => ToVector ? Enumerable.Range(0, VectorLength) : places;
    }

    /// <summary>Whether the layer makes a vector of maps, or maps of a vector.</summary>
    public bool ToVector { get; }

    public int VectorLength { get; }

    public int RowLength { get; }

    /// <summary>[VectorLength, RowLength], zero where no weight stands.</summary>
    public float* Rows => _rows.Data;

    /// <summary>Of the vector's numbers, or laid out as the maps; zero where there is none.</summary>
    public float* Bias => _bias.Data;

    public bool HasBias => _biasSource.Length > 0;

    public override int GradientLength => _rowSource.Length + _biasSource.Length;

    public override IEnumerable<int> GradientSource => [.. _rowSource, .. _biasSource];

    public static bool IsVector(TensorShape shape) => shape is { Height: 1, Width: 1 };

    public override void Pack(ReadOnlySpan<float> weights, int part, int parts)
    {
        (int first, int end) = Partition.Of(_rowSource.Length, part, parts);
        Gather(weights, _rowSource.AsSpan(first, end - first), _rows.Span[first..]);
        if (part == 0)
        {
            Gather(weights, _biasSource, _bias.Span);
        }
    }

    private static void Gather(ReadOnlySpan<float> weights, ReadOnlySpan<int> sources, Span<float> values)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            values[i] = sources[i] < 0 ? 0 : weights[sources[i]];
        }
    }

    /// <summary>For each value of maps stored as [H, W, stored] its place in [C, H, W], or -1.</summary>
    private static int[] PlacesOf(TensorShape maps, int stored) =>
    [
        .. from pixel in Enumerable.Range(0, maps.Height * maps.Width)
           from channel in Enumerable.Range(0, stored)
           select channel < maps.Channels ? (channel * maps.Height * maps.Width) + pixel : -1,
    ];
}
