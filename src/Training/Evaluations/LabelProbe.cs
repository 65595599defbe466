using AutoencoderApi.Domain.Evaluations;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>
/// How well labels are told from vectors that know none: nearest neighbours and ridge regression, fitted on one split, asked on
/// another. One pass over the vectors of the first fits both; those of the second are held, in blocks of bounded size.
/// </summary>
internal sealed class LabelProbe
{
    /// <summary>Vectors that are read at a time.</summary>
    public const int ChunkRows = 512;

    private const int Neighbours = 5;
    private const int BlockBytes = 64 * 1024 * 1024; // of the vectors that are held

    private LabelProbe(ClassifierAccuracies accuracies, Moments fitted, float[] origin) =>
        (Accuracies, Fitted, Origin) = (accuracies, fitted, origin);

    public ClassifierAccuracies Accuracies { get; }

    /// <summary>Of the first split's vectors less the origin.</summary>
    public Moments Fitted { get; }

    public float[] Origin { get; }

    public static LabelProbe Measure(Features train, byte[] trainLabels, Features test, byte[] testLabels, ParallelOptions parallel)
    {
        float[] origin = FirstMean(train, parallel);
        byte[] labels = [.. trainLabels.Distinct().Order()];
        var fitted = new Moments(train.Width, labels.Length);
        var chunk = new Rows(Math.Min(ChunkRows, train.Count), train.Width);
        var block = new Rows(Math.Clamp(BlockBytes / (chunk.Stride * sizeof(float)), 1, test.Count), test.Width);
        int knn = 0, ridge = 0;
        for (int first = 0; first < test.Count; first += block.Count)
        {
            int queries = test.Read(first, block, origin, parallel);
            var neighbours = new NearestNeighbors(block, queries, Neighbours);
            for (int next = 0; next < train.Count; next += chunk.Count)
            {
                int size = train.Read(next, chunk, origin, parallel);
                neighbours.Add(chunk, size, next, parallel);
                if (first == 0)
                {
                    fitted.Add(chunk, size, Targets(trainLabels.AsSpan(next, size), labels), parallel);
                }
            }

            knn += Enumerable.Range(0, queries).Count(i => neighbours.Vote(i, trainLabels) == testLabels[first + i]);
        }

        var classifier = new RidgeClassifier(fitted, labels);
        for (int first = 0; first < test.Count; first += block.Count)
        {
            byte[] answers = classifier.Classify(block, test.Read(first, block, origin, parallel), parallel);
            ridge += answers.Where((answer, i) => answer == testLabels[first + i]).Count();
        }

        return new LabelProbe(new ClassifierAccuracies((double)knn / test.Count, (double)ridge / test.Count), fitted, origin);
    }

    /// <summary>Mean and covariance of vectors.</summary>
    public static (Moments Fitted, float[] Origin) MomentsOf(Features features, ParallelOptions parallel)
    {
        float[] origin = FirstMean(features, parallel);
        var fitted = new Moments(features.Width);
        var chunk = new Rows(Math.Min(ChunkRows, features.Count), features.Width);
        for (int first = 0; first < features.Count; first += chunk.Count)
        {
            fitted.Add(chunk, features.Read(first, chunk, origin, parallel), [], parallel);
        }

        return (fitted, origin);
    }

    /// <summary>The mean of the first vectors: near enough to the mean of all for differences from it to be small.</summary>
    private static float[] FirstMean(Features features, ParallelOptions parallel)
    {
        var chunk = new Rows(Math.Min(ChunkRows, features.Count), features.Width);
        int size = features.Read(0, chunk, new float[features.Width], parallel);
        float[] mean = new float[features.Width];
        for (int i = 0; i < size; i++)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(mean, chunk[i], mean);
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(mean, size, mean);
        return mean;
    }

    private static float[] Targets(ReadOnlySpan<byte> labels, byte[] all)
    {
        float[] targets = new float[labels.Length * all.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = labels[i / all.Length] == all[i % all.Length] ? 1 : -1;
        }

        return targets;
    }
}
