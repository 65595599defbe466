namespace AutoencoderApi.Domain.Imaging;

/// <summary>What a map's darkest and brightest values are taken from.</summary>
public enum TileRange
{
    /// <summary>Each map from its own smallest to its own largest value.</summary>
    Tile,

    /// <summary>All maps from the smallest to the largest value of the whole layer, shown or not.</summary>
    Layer,
}

public enum TilePalette
{
    /// <summary>Black to white.</summary>
    Gray,

    /// <summary>Dark violet over green to yellow.</summary>
    Viridis,
}

/// <summary>Which of a layer's maps are rendered, and how.</summary>
public sealed record TileGridOptions
{
    public const int MaxScale = 32;
    public const int MaxGap = 16;

    /// <summary>The first map shown, counted from 0.</summary>
    public int First { get; init; }

    /// <summary>How many maps are shown; null for all from <see cref="First"/> on. More than there are is as many as there are.</summary>
    public int? Count { get; init; }

    /// <summary>Tiles a row; null for the square root of their number, rounded up.</summary>
    public int? Columns { get; init; }

    /// <summary>Each value becomes a square of so many pixels.</summary>
    public int Scale { get; init; } = 1;

    /// <summary>Pixels between tiles.</summary>
    public int Gap { get; init; } = 1;

    public TileRange Range { get; init; }

    /// <summary>
    /// Whether darkest and brightest are as far from zero as the value that is farthest, so that zero lies in the middle of the
    /// palette.
    /// </summary>
    public bool AroundZero { get; init; }

    public TilePalette Palette { get; init; }
}
