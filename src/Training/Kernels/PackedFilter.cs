using System.Runtime.CompilerServices;

namespace AutoencoderApi.Training.Kernels;

/// <summary>Some taps of a layer's kernel as a tile reads them: for each 16 output channels [rows, depth, 16].</summary>
/// <param name="source">Where each value stands in the network's flat vector, or -1 for padding.</param>
internal sealed unsafe class PackedFilter(ConvolutionAxis rows, ConvolutionAxis columns, int depth, int[] source)
{
    private readonly AlignedFloats _packed = new(source.Length);

    public ConvolutionAxis Rows => rows;

    public ConvolutionAxis Columns => columns;

    /// <summary>Neighbouring taps of one row times input channels.</summary>
    public int Depth => depth;

    public ReadOnlySpan<int> Source => source;

    public float* Packed => _packed.Data;

    /// <summary>Takes over the part-th of <paramref name="parts"/> equal partitions of the values.</summary>
    public void Pack(ReadOnlySpan<float> weights, int part, int parts)
    {
        float* packed = _packed.Data;
        int end = source.Length * (part + 1) / parts;
        for (int i = source.Length * part / parts; i < end; i++)
        {
            int from = source[i];
            packed[i] = from < 0 ? 0 : weights[from];
        }
    }
}
