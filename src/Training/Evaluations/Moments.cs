using MathNet.Numerics.LinearAlgebra;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// Mean and covariance of vectors that come in pieces, with those of other numbers of the same images beside them. Products are taken in
/// float on vectors less an origin near their mean, and summed in double.
/// </summary>
/// <param name="width">Numbers of each vector.</param>
/// <param name="others">Other numbers beside each vector.</param>
internal sealed class Moments(int width, int others = 0)
{
    private readonly double[] _sums = new double[width + others];
    private readonly double[] _products = new double[(width + others) * width]; // [i, j]: of number i with number j of the vector
    private long _count;

    /// <param name="other">The other numbers of each vector, [size, others].</param>
    public void Add(Rows vectors, int size, float[] other, ParallelOptions parallel)
    {
        Rows columns = Transpose(vectors, size, other, parallel);
        for (int i = 0; i < columns.Count; i++)
        {
            foreach (float value in columns[i])
            {
                _sums[i] += value;
            }
        }

        RowProducts.ForEachBlock(columns, columns.Count, columns, width, new float[width], (first, rows, products) =>
        {
            for (int i = 0; i < rows * width; i++)
            {
                _products[(first * width) + i] += products[i];
            }
        }, parallel);
        _count += size;
    }

    /// <summary>Of the vectors' numbers, from the origin.</summary>
    public Vector<double> Mean => Vector<double>.Build.Dense(width, i => _sums[i] / _count);

    /// <summary>Of the other numbers.</summary>
    public Vector<double> OtherMean => Vector<double>.Build.Dense(others, i => _sums[width + i] / _count);

    /// <summary>Σ (x - mean)(x - mean)ᵀ, [width, width].</summary>
    public Matrix<double> Scatter => Matrix<double>.Build.Dense(width, width, (i, j) =>
        ((_products[(i * width) + j] + _products[(j * width) + i]) / 2) - (_sums[i] / _count * _sums[j]));

    /// <summary>Σ (x - mean)(y - mean)ᵀ, [width, others].</summary>
    public Matrix<double> OtherScatter => Matrix<double>.Build.Dense(width, others, (i, j) =>
        _products[((width + j) * width) + i] - (_sums[i] / _count * _sums[width + j]));

    public long Count => _count;

    private Rows Transpose(Rows vectors, int size, float[] other, ParallelOptions parallel)
    {
        Rows columns = new Rows(width + others, size);
        Parallel.For(0, width + others, parallel, i =>
        {
            Span<float> column = columns[i];
            for (int row = 0; row < size; row++)
            {
                column[row] = i < width ? vectors[row][i] : other[(row * others) + i - width];
            }
        });
        return columns;
    }
}
