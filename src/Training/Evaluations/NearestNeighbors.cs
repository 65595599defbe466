using System.Numerics.Tensors;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// The nearest of many vectors to each query, by Euclidean distance; of equal ones the first. The vectors come in pieces and are not
/// kept.
/// </summary>
/// <param name="queries">Kept as they are given.</param>
/// <param name="count">Queries.</param>
/// <param name="k">Neighbours of each.</param>
internal sealed class NearestNeighbors(Rows queries, int count, int k)
{
    private readonly (float Distance, int Index)[] _nearest =
        [.. Enumerable.Repeat((float.PositiveInfinity, int.MaxValue), count * k)];

    /// <summary>Takes more vectors into account.</summary>
    /// <param name="first">The number of the first of them.</param>
    public void Add(Rows vectors, int size, int first, ParallelOptions parallel)
    {
        // |v - q|² = |v|² - 2 q·v + |q|², whose last term is the same for all of a query's neighbours
        float[] halfSquares = new float[size];
        for (int i = 0; i < size; i++)
        {
            halfSquares[i] = -TensorPrimitives.SumOfSquares<float>(vectors[i]) / 2;
        }

        RowProducts.ForEachBlock(queries, count, vectors, size, halfSquares, (begin, rows, products) =>
        {
            for (int row = 0; row < rows; row++)
            {
                Span<(float, int)> nearest = _nearest.AsSpan((begin + row) * k, k);
                Insert(nearest, products.AsSpan(row * size, size), first);
            }
        }, parallel);
    }

    /// <summary>The numbers of the query's neighbours, the nearest first; fewer where there were fewer vectors.</summary>
    public IEnumerable<int> Of(int query) =>
        _nearest.Skip(query * k).Take(k).Where(each => each.Index != int.MaxValue).Select(each => each.Index);

    /// <summary>The label that most of the query's neighbours have; of equally many the smallest.</summary>
    public byte Vote(int query, byte[] labels)
    {
        Span<int> votes = stackalloc int[byte.MaxValue + 1];
        foreach ((_, int index) in _nearest.AsSpan(query * k, k))
        {
            votes[index == int.MaxValue ? 0 : labels[index]] += index == int.MaxValue ? 0 : 1;
        }

        byte most = 0;
        for (int label = 1; label < votes.Length; label++)
        {
            most = votes[label] > votes[most] ? (byte)label : most;
        }

        return most;
    }

    /// <param name="similarities">q·v - |v|² / 2: the larger, the nearer.</param>
    private static void Insert(Span<(float Distance, int Index)> nearest, ReadOnlySpan<float> similarities, int first)
    {
        float farthest = nearest[^1].Distance;
        for (int j = 0; j < similarities.Length; j++)
        {
            float distance = -similarities[j];
            if (!(distance < farthest))
            {
                continue;
            }

            int place = nearest.Length - 1;
            for (; place > 0 && distance < nearest[place - 1].Distance; place--)
            {
                nearest[place] = nearest[place - 1];
            }

            nearest[place] = (distance, first + j);
            farthest = nearest[^1].Distance;
        }
    }
}
