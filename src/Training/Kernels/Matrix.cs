namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// A vector for each image of a batch, one to a row. A row is zero, or means nothing, from <see cref="Columns"/> up to
/// <see cref="RowStep"/>.
/// </summary>
internal sealed unsafe class Matrix
{
    private readonly AlignedFloats _memory;

    public Matrix(int rows, int columns)
    {
        (Columns, RowStep) = (columns, FeatureMapBuffer.Padded(columns));
        _memory = new AlignedFloats(rows * RowStep);
        Data = _memory.Data;
    }

    public int Columns { get; }

    /// <summary>Whole vectors, so that a kernel can read and write them.</summary>
    public int RowStep { get; }

    public float* Data { get; }

    public Span<float> Row(int row) => new(Data + (row * RowStep), Columns);
}
