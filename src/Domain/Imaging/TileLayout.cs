namespace AutoencoderApi.Domain.Imaging;

/// <summary>Where tiles of one size stand on a canvas, row after row; the last row may be partly empty.</summary>
public sealed record TileLayout(int Count, int Columns, int TileWidth, int TileHeight, int Scale, int Gap)
{
    public int Rows => (Count + Columns - 1) / Columns;

    /// <summary>Long, so that a caller can refuse a canvas that is too large before it is made.</summary>
    public long Width => (long)Columns * TileWidth * Scale + (Columns - 1L) * Gap;

    public long Height => (long)Rows * TileHeight * Scale + (Rows - 1L) * Gap;

    /// <summary>The layout of a layer's maps under the given options.</summary>
    /// <param name="channels">How many maps the layer has; <see cref="TileGridOptions.First"/> must be one of them.</param>
    public static TileLayout Of(int channels, int height, int width, TileGridOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.First);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.First, channels);
        int count = Math.Min(options.Count ?? channels, channels - options.First);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int columns = options.Columns ?? (int)Math.Ceiling(Math.Sqrt(count));
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        return new TileLayout(count, Math.Min(columns, count), width, height, options.Scale, options.Gap);
    }

    internal Canvas NewCanvas(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Gap);
        ArgumentOutOfRangeException.ThrowIfLessThan(Scale, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Scale, TileGridOptions.MaxScale);
        return new Canvas(checked((int)Width), checked((int)Height), channels);
    }

    internal void Draw(Canvas canvas, int index, ReadOnlySpan<byte> tile) => canvas.Draw(
        tile,
        TileWidth,
        index % Columns * (TileWidth * Scale + Gap),
        index / Columns * (TileHeight * Scale + Gap),
        Scale);
}
