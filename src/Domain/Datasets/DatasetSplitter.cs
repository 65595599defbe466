namespace AutoencoderApi.Domain.Datasets;

/// <summary>Images of a set, in the order in which a split has them.</summary>
public sealed record SplitSelection(DatasetSplit From, ReadOnlyMemory<int> Order)
{
    public static SplitSelection InOrder(DatasetSplit set) => new(set, (int[])[.. Enumerable.Range(0, set.Count)]);
}

/// <summary>The splits of a data set before its images are copied together.</summary>
public sealed record SplitSelections(SplitSelection Train, SplitSelection Validation, SplitSelection Test)
{
    public IReadOnlyList<SplitSelection> All => [Train, Validation, Test];

    /// <summary>The splits that the data set has, each in its order.</summary>
    public static SplitSelections Of(Dataset data) =>
        new(SplitSelection.InOrder(data.Train), SplitSelection.InOrder(data.Validation), SplitSelection.InOrder(data.Test));
}

/// <summary>
/// Assigns images to the splits that a data set came without: a function of the seed, the fractions and the number of images
/// alone.
/// </summary>
public static class DatasetSplitter
{
    /// <param name="validation">Null where it is to be split off from <paramref name="train"/>.</param>
    /// <param name="test">Null where it is to be split off from <paramref name="train"/>.</param>
    /// <param name="validationFraction">Of the images in <paramref name="train"/>, rounded, at least one.</param>
    /// <param name="testFraction">The same for the test split.</param>
    /// <returns>Null where no image would be left for training.</returns>
    public static SplitSelections? Split(
        DatasetSplit train,
        DatasetSplit? validation,
        DatasetSplit? test,
        int seed,
        double validationFraction,
        double testFraction)
    {
        int forTest = test is null ? CountOf(testFraction) : 0;
        int forValidation = validation is null ? CountOf(validationFraction) : 0;
        if (forTest + forValidation >= train.Count)
        {
            return null;
        }

        ReadOnlyMemory<int> order =
            forTest + forValidation > 0
                ? EpochShuffler.Permutation((ulong)seed, epoch: 0, train.Count)
                : SplitSelection.InOrder(train).Order;
        return new SplitSelections(
            new SplitSelection(train, order[(forTest + forValidation)..]),
            validation is null ? new SplitSelection(train, order[forTest..(forTest + forValidation)]) : SplitSelection.InOrder(validation),
            test is null ? new SplitSelection(train, order[..forTest]) : SplitSelection.InOrder(test));

        int CountOf(double fraction) => Math.Max(1, (int)Math.Round(fraction * train.Count));
    }
}
