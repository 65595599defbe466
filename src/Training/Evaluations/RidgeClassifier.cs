using MathNet.Numerics.LinearAlgebra;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// Ridge regression on one target a label, +1 for its images and -1 for the others, with a free intercept; the label of the largest
/// answer wins (Hoerl and Kennard, "Ridge regression", 1970). α is 1, and where numbers are so large that 1 is lost among the rounding
/// errors of their products, as much as those are.
/// </summary>
internal sealed class RidgeClassifier
{
    private const double Alpha = 1;
    private const double Rounding = 1e-7; // of the covariance's trace

    private readonly Rows _weights; // by label
    private readonly float[] _intercepts;
    private readonly byte[] _labels;

    /// <param name="fitted">Of the vectors, with their targets beside them.</param>
    /// <param name="labels">Of the targets, ascending.</param>
    public RidgeClassifier(Moments fitted, byte[] labels)
    {
        Matrix<double> scatter = fitted.Scatter;
        double alpha = Math.Max(Alpha, Rounding * scatter.Trace());
        scatter.SetDiagonal(scatter.Diagonal() + alpha);
        Matrix<double> weights = scatter.Cholesky().Solve(fitted.OtherScatter);
        Vector<double> intercepts = fitted.OtherMean - (fitted.Mean * weights);
        (_labels, _weights, _intercepts) = (labels, new Rows(labels.Length, weights.RowCount), [.. intercepts.Select(each => (float)each)]);
        for (int i = 0; i < labels.Length; i++)
        {
            for (int d = 0; d < weights.RowCount; d++)
            {
                _weights[i][d] = (float)weights[d, i];
            }
        }
    }

    /// <returns>The label of each of the vectors.</returns>
    public byte[] Classify(Rows vectors, int size, ParallelOptions parallel)
    {
        byte[] answers = new byte[size];
        RowProducts.ForEachBlock(vectors, size, _weights, _labels.Length, _intercepts, (first, rows, products) =>
        {
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> scores = products.AsSpan(row * _labels.Length, _labels.Length);
                answers[first + row] = _labels[System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores)];
            }
        }, parallel);
        return answers;
    }
}
