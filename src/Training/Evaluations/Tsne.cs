using System.Numerics;
using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// t-SNE (van der Maaten and Hinton, "Visualizing data using t-SNE", 2008), exact, for a few thousand vectors: perplexity 30, early
/// exaggeration 12 for 250 of 1,000 steps, momentum 0.5 then 0.8 with gains, the learning rate of Belkina et al. ("Automated optimized
/// parameters for t-SNE", 2019). It begins with the first two principal components and a little seeded noise, as Kobak and Berens advise
/// ("The art of using t-SNE for single-cell transcriptomics", 2019).
/// </summary>
internal sealed class Tsne
{
    private const double Perplexity = 30;
    private const int Steps = 1_000;
    private const int ExaggeratedSteps = 250;
    private const float Exaggeration = 12;
    private const double InitialSpread = 1e-4; // standard deviation
    private const int BisectionSteps = 60;

    private readonly int _count;
    private readonly int _stride; // of a row of affinities: whole vectors
    private readonly float[] _affinities; // symmetric, of sum 1
    private readonly float[][] _place; // x and y
    private readonly float[][] _speed;
    private readonly float[][] _gain;
    private readonly ParallelOptions _parallel;

    private Tsne(Rows vectors, ReadOnlySpan<float> start, int seed, ParallelOptions parallel)
    {
        (_count, _parallel) = (vectors.Count, parallel);
        _stride = (_count + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        _affinities = Affinities(vectors);
        _place = [new float[_stride], new float[_stride]];
        _speed = [new float[_stride], new float[_stride]];
        _gain = [Ones(), Ones()];
        Begin(start, seed);
        float[] Ones() => [.. Enumerable.Repeat(1f, _stride)];
    }

    /// <param name="start">The first two coordinates of each vector to begin with, [count, 2].</param>
    /// <returns>[count, 2]</returns>
    public static float[] Embed(Rows vectors, ReadOnlySpan<float> start, int seed, ParallelOptions parallel)
    {
        var tsne = new Tsne(vectors, start, seed, parallel);
        for (int step = 0; step < Steps; step++)
        {
            tsne.Step(step < ExaggeratedSteps);
        }

        return [.. Enumerable.Range(0, 2 * vectors.Count).Select(i => tsne._place[i % 2][i / 2])];
    }

    private void Begin(ReadOnlySpan<float> start, int seed)
    {
        double squares = 0;
        for (int i = 0; i < _count; i++)
        {
            squares += start[2 * i] * start[2 * i];
        }

        double scale = squares > 0 ? InitialSpread / Math.Sqrt(squares / _count) : 0;
        var random = new SplitMix64((ulong)seed);
        for (int i = 0; i < 2 * _count; i++)
        {
            _place[i % 2][i / 2] = (float)((scale * start[i]) + (0.01 * InitialSpread * random.NextNormal()));
        }
    }

    /// <summary>How near each vector is to each other one: Gaussian, as wide for each as gives it the same number of neighbours.</summary>
    private float[] Affinities(Rows vectors)
    {
        float[] affinities = new float[_count * _stride];
        Parallel.For(0, _count, _parallel, i =>
        {
            double[] squares = new double[_count];
            for (int j = 0; j < _count; j++)
            {
                float distance = System.Numerics.Tensors.TensorPrimitives.Distance<float>(vectors[i], vectors[j]);
                squares[j] = (double)distance * distance;
            }

            Conditional(squares, i).CopyTo(affinities.AsSpan(i * _stride));
        });
        for (int i = 0; i < _count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                float both = (affinities[(i * _stride) + j] + affinities[(j * _stride) + i]) / (2f * _count);
                (affinities[(i * _stride) + j], affinities[(j * _stride) + i]) = (both, both);
            }
        }

        return affinities;
    }

    private static float[] Conditional(double[] squares, int self)
    {
        double[] values = new double[squares.Length];
        double nearest = squares.Where((_, j) => j != self).DefaultIfEmpty().Min();
        double target = Math.Log(Math.Min(Perplexity, Math.Max(1, (squares.Length - 1) / 3.0)));
        (double precision, double low, double high) = (1, 0, double.PositiveInfinity);
        double sum = 1;
        for (int step = 0; step < BisectionSteps; step++)
        {
            (sum, double weighted) = (0, 0);
            for (int j = 0; j < squares.Length; j++)
            {
                values[j] = j == self ? 0 : Math.Exp(-precision * (squares[j] - nearest));
                sum += values[j];
                weighted += values[j] * (squares[j] - nearest);
            }

            sum = Math.Max(sum, double.Epsilon);
            double entropy = Math.Log(sum) + (precision * weighted / sum);
            (low, high) = entropy > target ? (precision, high) : (low, precision);
            precision = double.IsInfinity(high) ? precision * 2 : (low + high) / 2;
        }

        return [.. values.Select(value => (float)(value / sum))];
    }

    private void Step(bool isExaggerated)
    {
        float[][] pull = [new float[_count], new float[_count]], push = [new float[_count], new float[_count]];
        double[] nearness = new double[_count];
        Parallel.For(0, _count, _parallel, i => nearness[i] = Forces(i, pull, push));
        _parallel.CancellationToken.ThrowIfCancellationRequested();
        float all = (float)Math.Max(nearness.Sum(), double.Epsilon), exaggeration = isExaggerated ? Exaggeration : 1;
        float rate = Math.Max(_count / Exaggeration / 4, 50), momentum = isExaggerated ? 0.5f : 0.8f;
        for (int axis = 0; axis < 2; axis++)
        {
            (float[] place, float[] speed, float[] gain) = (_place[axis], _speed[axis], _gain[axis]);
            for (int i = 0; i < _count; i++)
            {
                float gradient = 4 * ((exaggeration * pull[axis][i]) - (push[axis][i] / all));
                gain[i] = Math.Max(0.01f, gradient * speed[i] < 0 ? gain[i] + 0.2f : gain[i] * 0.8f);
                speed[i] = (momentum * speed[i]) - (rate * gain[i] * gradient);
                place[i] += speed[i];
            }

            float mean = place.AsSpan(0, _count).ToArray().Average();
            System.Numerics.Tensors.TensorPrimitives.Subtract(place.AsSpan(0, _count), mean, place.AsSpan(0, _count));
        }
    }

    /// <summary>What pulls a point to its neighbours, and pushes it away from all, by Student's t with one degree of freedom.</summary>
    /// <returns>The sum of its nearness to every other point.</returns>
    private double Forces(int i, float[][] pull, float[][] push)
    {
        ReadOnlySpan<Vector<float>> xs = MemoryMarshal.Cast<float, Vector<float>>(_place[0]);
        ReadOnlySpan<Vector<float>> ys = MemoryMarshal.Cast<float, Vector<float>>(_place[1]);
        ReadOnlySpan<Vector<float>> affinities = MemoryMarshal.Cast<float, Vector<float>>(_affinities.AsSpan(i * _stride, _stride));
        Vector<float> x = new(_place[0][i]), y = new(_place[1][i]);
        Vector<float> sum = default, pullX = default, pullY = default, pushX = default, pushY = default;
        Vector<float> count = new(_count), lane = Vector<float>.Indices;
        for (int j = 0; j < xs.Length; j++, lane += new Vector<float>(Vector<float>.Count))
        {
            Vector<float> dx = x - xs[j], dy = y - ys[j];
            Vector<float> near = Vector.ConditionalSelect(
                Vector.LessThan(lane, count), Vector<float>.One / (Vector<float>.One + (dx * dx) + (dy * dy)), Vector<float>.Zero);
            Vector<float> pulls = affinities[j] * near, pushes = near * near;
            sum += near;
            pullX += pulls * dx;
            pullY += pulls * dy;
            pushX += pushes * dx;
            pushY += pushes * dy;
        }

        (pull[0][i], pull[1][i]) = (Vector.Sum(pullX), Vector.Sum(pullY));
        (push[0][i], push[1][i]) = (Vector.Sum(pushX), Vector.Sum(pushY));
        return Vector.Sum(sum) - 1; // less the point itself
    }
}
