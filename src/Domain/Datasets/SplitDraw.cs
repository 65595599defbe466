namespace AutoencoderApi.Domain.Datasets;

/// <summary>Pictures of a set, in the order in which a split has them.</summary>
public sealed record DrawnSplit(DigitSet From, ReadOnlyMemory<int> Order)
{
    public static DrawnSplit InOrder(DigitSet set) => new(set, (int[])[.. Enumerable.Range(0, set.Count)]);
}

/// <summary>The splits of a data set before its pictures are copied together.</summary>
public sealed record DrawnSplits(DrawnSplit Train, DrawnSplit Validation, DrawnSplit Test)
{
    public IReadOnlyList<DrawnSplit> All => [Train, Validation, Test];

    /// <summary>The splits that the data set has, each in its order.</summary>
    public static DrawnSplits Of(Dataset data) => new(DrawnSplit.InOrder(data.Train), DrawnSplit.InOrder(data.Validation), DrawnSplit.InOrder(data.Test));
}

/// <summary>Draws the splits that a data set came without: a function of the seed, the shares and the number of pictures alone.</summary>
public static class SplitDraw
{
    /// <param name="validation">Null where it is to be drawn from <paramref name="train"/>.</param>
    /// <param name="test">Null where it is to be drawn from <paramref name="train"/>.</param>
    /// <param name="validationShare">Of the pictures in <paramref name="train"/>, rounded, at least one.</param>
    /// <param name="testShare">The same for the test split.</param>
    /// <returns>Null where no picture would be left for training.</returns>
    public static DrawnSplits? Draw(DigitSet train, DigitSet? validation, DigitSet? test, int seed, double validationShare, double testShare)
    {
        int forTest = test is null ? CountOf(testShare) : 0;
        int forValidation = validation is null ? CountOf(validationShare) : 0;
        if (forTest + forValidation >= train.Count)
        {
            return null;
        }

        ReadOnlyMemory<int> order = forTest + forValidation > 0 ? BatchOrder.Permutation((ulong)seed, epoch: 0, train.Count) : DrawnSplit.InOrder(train).Order;
        return new DrawnSplits(
            new DrawnSplit(train, order[(forTest + forValidation)..]),
            validation is null ? new DrawnSplit(train, order[forTest..(forTest + forValidation)]) : DrawnSplit.InOrder(validation),
            test is null ? new DrawnSplit(train, order[..forTest]) : DrawnSplit.InOrder(test));

        int CountOf(double share) => Math.Max(1, (int)Math.Round(share * train.Count));
    }
}
