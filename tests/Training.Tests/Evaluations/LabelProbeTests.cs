using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Training.Evaluations;
using MathNet.Numerics.LinearAlgebra;

namespace AutoencoderApi.Training.Tests.Evaluations;

/// <summary>The fast forms against the plain ones, in double.</summary>
public sealed class LabelProbeTests
{
    private static readonly ParallelOptions s_parallel = new() { MaxDegreeOfParallelism = 2 };

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(37)]
    public void Neighbours_and_ridge_find_what_their_definitions_find(int width)
    {
        const int Labels = 3, Train = 1_100, Test = 90;
        var random = new SplitMix64(7);
        (float[][] train, byte[] trainLabels) = Clouds(Train);
        (float[][] test, byte[] testLabels) = Clouds(Test);
        ClassifierAccuracies found = LabelProbe.Measure(Of(train), trainLabels, Of(test), testLabels, s_parallel).Accuracies;

        int knn = 0;
        for (int i = 0; i < Test; i++)
        {
            int[] nearest =
            [
                .. Enumerable.Range(0, Train).OrderBy(j => Distance(test[i], train[j])).ThenBy(j => j).Take(5)
                    .Select(j => (int)trainLabels[j]),
            ];
            int vote = nearest.GroupBy(label => label).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
            knn += vote == testLabels[i] ? 1 : 0;
        }

        Assert.Equal((double)knn / Test, found.Knn, 1e-12);
        Assert.Equal(Ridge(), found.Ridge, 1e-12);

        double Ridge()
        {
            Matrix<double> x = Matrix<double>.Build.Dense(Train, width, (i, d) => train[i][d]);
            Vector<double> mean = x.ColumnSums() / Train;
            Matrix<double> y = Matrix<double>.Build.Dense(Train, Labels, (i, label) => trainLabels[i] == label ? 1 : -1);
            Vector<double> yMean = y.ColumnSums() / Train;
            Matrix<double> centred = Matrix<double>.Build.Dense(Train, width, (i, d) => x[i, d] - mean[d]);
            Matrix<double> weights = (centred.TransposeThisAndMultiply(centred) + Matrix<double>.Build.DenseIdentity(width))
                .Solve(centred.TransposeThisAndMultiply(y));
            return Enumerable.Range(0, Test).Count(i =>
            {
                Vector<double> scores = ((Vector<double>.Build.Dense(width, d => test[i][d]) - mean) * weights) + yMean;
                return scores.MaximumIndex() == testLabels[i];
            }) / (double)Test;
        }

        (float[][], byte[]) Clouds(int count)
        {
            byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % Labels))];
            return ([.. labels.Select(label => (float[])[.. Enumerable.Range(0, width).Select(
                d => (float)((d % Labels == label ? 0.8 : 0) + random.NextNormal()))])], labels);
        }
    }

    [Fact]
    public void Principal_components_are_the_directions_that_vectors_were_spread_along()
    {
        var random = new SplitMix64(3);
        float[][] vectors = [.. Enumerable.Range(0, 900).Select(_ =>
        {
            (float a, float b) = ((float)(5 * random.NextNormal()), (float)(2 * random.NextNormal()));
            return (float[])[1 + (0.6f * a), 2 + (0.8f * a), 3 + b, 4 + (0.01f * (float)random.NextNormal())];
        })];
        (Moments fitted, float[] origin) = LabelProbe.MomentsOf(Of(vectors), s_parallel);
        var components = new PrincipalComponents(fitted, origin, 2);
        Assert.Equal([0.6f, 0.8f, 0, 0], components.Components[0].Select(each => MathF.Round(each, 1)));
        Assert.Equal([0f, 0, 1, 0], components.Components[1].Select(each => MathF.Abs(MathF.Round(each, 1))));
        Assert.Equal(25 / 29.0, components.ExplainedVariance[0], 0.03);
        Assert.InRange(components.Loss(Of(vectors), s_parallel), 1e-6, 1e-4);
    }

    [Fact]
    public void Tsne_keeps_clouds_apart_and_gives_the_same_places_again()
    {
        var random = new SplitMix64(5);
        var rows = new Rows(150, 10);
        float[] start = new float[2 * rows.Count];
        for (int i = 0; i < rows.Count; i++)
        {
            for (int d = 0; d < rows.Width; d++)
            {
                rows[i][d] = (float)((d == i % 3 ? 10 : 0) + random.NextNormal());
            }

            rows[i][..2].CopyTo(start.AsSpan(2 * i));
        }

        float[] places = Tsne.Embed(rows, start, seed: 1, s_parallel);
        Assert.Equal(places, Tsne.Embed(rows, start, seed: 1, new ParallelOptions { MaxDegreeOfParallelism = 1 }));
        Assert.All(Enumerable.Range(0, rows.Count), i =>
        {
            int nearest = Enumerable.Range(0, rows.Count).Where(j => j != i).MinBy(
                j => Distance(places.AsSpan(2 * i, 2).ToArray(), places.AsSpan(2 * j, 2).ToArray()));
            Assert.Equal(i % 3, nearest % 3);
        });
    }

    private static Features Of(float[][] vectors) => new(
        vectors.Length,
        vectors[0].Length,
        (first, values) =>
        {
            for (int i = 0; i < values.Length / vectors[0].Length; i++)
            {
                vectors[first + i].CopyTo(values[(i * vectors[0].Length)..]);
            }
        });

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum();
}
