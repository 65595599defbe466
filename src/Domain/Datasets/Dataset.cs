namespace AutoencoderApi.Domain.Datasets;

/// <summary>A named data set in its three splits.</summary>
public sealed record Dataset(string Name, DigitSet Train, DigitSet Validation, DigitSet Test)
{
    public static readonly IReadOnlyList<string> Splits = ["train", "validation", "test"];

    /// <summary>The split called <paramref name="name"/>, or null where there is none.</summary>
    public DigitSet? Split(string name) => name switch
    {
        "train" => Train,
        "validation" => Validation,
        "test" => Test,
        _ => null,
    };
}

/// <summary>What came of asking for a data set: the data, or why it cannot be had and what to do.</summary>
public abstract record DatasetLoad
{
    private DatasetLoad()
    {
    }

    public sealed record Loaded(Dataset Dataset) : DatasetLoad;

    public sealed record Unavailable(string Reason) : DatasetLoad;

    /// <summary>Its files are still to be downloaded, or are just being.</summary>
    public sealed record Awaited(string Reason) : DatasetLoad;
}
