using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// The directions of the largest variance (Pearson, "On lines and planes of closest fit", 1901), exact: eigenvectors of the covariance.
/// Of a direction and its opposite, the one whose largest number is positive.
/// </summary>
internal sealed class PrincipalComponents
{
    private readonly float[][] _components;
    private readonly double[] _explained;

    /// <param name="fitted">Of the vectors less <paramref name="origin"/>.</param>
    /// <param name="count">As many directions as are wanted.</param>
    public PrincipalComponents(Moments fitted, float[] origin, int count)
    {
        Mean = [.. fitted.Mean.Select((mean, d) => (float)(mean + origin[d]))];
        Matrix<double> scatter = fitted.Scatter;
        var eigen = scatter.Evd(Symmetricity.Symmetric); // ascending
        double total = Math.Max(scatter.Trace(), double.Epsilon);
        int[] order = [.. Enumerable.Range(0, Mean.Length).OrderByDescending(i => eigen.EigenValues[i].Real).Take(count)];
        _components = [.. order.Select(i => Signed(eigen.EigenVectors.Column(i)))];
        _explained = [.. order.Select(i => Math.Max(0, eigen.EigenValues[i].Real) / total)];
    }

    public float[] Mean { get; }

    /// <summary>Of unit length, the one of the largest variance first.</summary>
    public IReadOnlyList<float[]> Components => _components;

    /// <summary>Of all variance, the fraction along each direction, 0..1.</summary>
    public IReadOnlyList<double> ExplainedVariance => _explained;

    /// <summary>Writes where a vector lies: its coordinate along each direction, from the mean.</summary>
    public void Project(ReadOnlySpan<float> vector, Span<float> coordinates)
    {
        Span<float> centred = new float[vector.Length];
        TensorPrimitives.Subtract(vector, Mean, centred);
        for (int i = 0; i < _components.Length; i++)
        {
            coordinates[i] = TensorPrimitives.Dot(centred, _components[i]);
        }
    }

    /// <summary>The vectors of an image set in these coordinates.</summary>
    public Features Project(Features features) => new(features.Count, _components.Length, (first, values) =>
    {
        int images = values.Length / _components.Length;
        float[] vectors = new float[images * features.Width];
        features.Read(first, vectors);
        for (int i = 0; i < images; i++)
        {
            Project(vectors.AsSpan(i * features.Width, features.Width), values.Slice(i * _components.Length, _components.Length));
        }
    });

    /// <summary>Mean squared error per number of the reconstructions from these coordinates.</summary>
    public double Loss(Features features, ParallelOptions parallel)
    {
        double[] residuals = new double[features.Count];
        Parallel.For(0, features.Count, parallel, i =>
        {
            float[] vector = new float[features.Width], coordinates = new float[_components.Length];
            features.Read(i, vector);
            Project(vector, coordinates);
            TensorPrimitives.Subtract(vector, Mean, vector);
            for (int k = 0; k < coordinates.Length; k++)
            {
                TensorPrimitives.MultiplyAdd(_components[k], -coordinates[k], vector, vector);
            }

            residuals[i] = TensorPrimitives.SumOfSquares<float>(vector);
        });
        return residuals.Average() / features.Width;
    }

    private static float[] Signed(Vector<double> direction)
    {
        double largest = direction[direction.AbsoluteMaximumIndex()];
        return [.. direction.Select(each => (float)(largest < 0 ? -each : each))];
    }
}
