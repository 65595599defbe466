using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Store;

/// <summary>What is known of a data set of somebody's own without reading its pictures. It never changes: to replace one is to delete it and store another.</summary>
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
