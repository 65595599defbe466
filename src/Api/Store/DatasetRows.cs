using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// What is known of a stored data set without reading its images: of an uploaded one, and of a built-in one that was fetched. It never
/// changes: to replace one is to delete it and store another.
/// </summary>
internal sealed class DatasetRow
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public int Channels { get; init; }

    public int Height { get; init; }

    public int Width { get; init; }

    public FeatureShape Shape => new(Channels, Height, Width);

    /// <summary>Pictures in the split; so the next two.</summary>
    public int Train { get; init; }

    public int Validation { get; init; }

    public int Test { get; init; }

    /// <summary>Pictures by label; empty where they have none.</summary>
    public required Dictionary<string, int> Labels { get; init; }

    /// <summary>Of the content: the pictures channel by channel and row by row, split after split, then a label for each.</summary>
    public int Bytes { get; init; }

    /// <summary>Of the content, in lower-case hexadecimal; checked at each load.</summary>
    public required string Sha256 { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>When a job was last made on it. That write is what a deletion at the same moment has to wait for.</summary>
    public DateTime? UsedAt { get; init; }
}

/// <summary>A piece of a data set's content. All but the last are of one size.</summary>
internal sealed class DatasetChunkRow
{
    public required Guid DatasetId { get; init; }

    public required int Number { get; init; }

    public required byte[] Content { get; init; }
}

/// <summary>
/// Whether a built-in data set is to be fetched into the store, and how that goes; one row for each that can be. Every transaction that
/// relies on it, or changes it, begins with an update of the row, and so waits for the others.
/// </summary>
internal sealed class DatasetFetchRow
{
    public required string Name { get; init; }

    /// <summary>Since when the data set is wanted; null where nobody waits for it.</summary>
    public DateTime? RequestedAt { get; set; }

    /// <summary>Raised by every claim; only the process that knows it may write.</summary>
    public long Fence { get; set; }

    /// <summary>Until when the process that fetches is taken to be alive, by the database's clock; null while none does.</summary>
    public DateTime? LeaseUntil { get; set; }

    /// <summary>Claims for this request. A fetch that ends its processes is known by them.</summary>
    public int Claims { get; set; }

    /// <summary>When the last fetch failed, and why; null where it did not.</summary>
    public DateTime? FailedAt { get; set; }

    public string? Fault { get; set; }

    /// <summary>The stored data set whose bytes were found damaged, so that another takes its place; null where none was.</summary>
    public Guid? ReplacesId { get; set; }
}
