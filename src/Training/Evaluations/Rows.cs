using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>Vectors of one width, one below the other, each filled up with zeros to whole SIMD vectors.</summary>
internal sealed unsafe class Rows
{
    private readonly AlignedFloats _values;

    public Rows(int count, int width)
    {
        (Count, Width, Stride) = (count, width, (width + MicroKernel.Lanes - 1) / MicroKernel.Lanes * MicroKernel.Lanes);
        _values = new AlignedFloats(count * Stride);
    }

    public int Count { get; }

    public int Width { get; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; }

    public Span<float> this[int row] => _values.Span.Slice(row * Stride, Width);

    public float* At(int row) => _values.Data + ((nint)row * Stride);
}
