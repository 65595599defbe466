namespace AutoencoderApi.Domain.Imaging;

/// <summary>A layer's feature maps as one image, a tile each.</summary>
public static class TileGrid
{
    // A map that is everywhere the same has no darkest and brightest; mid-grey says that it is alive and even.
    private const float Constant = 0.5f;

    /// <summary>
    /// Silent maps (zero everywhere) are black under either palette and range; constant others under their own range are
    /// mid-grey.
    /// </summary>
    /// <param name="maps">[channels,height,width]</param>
    /// <param name="layout">That of the maps under <paramref name="options"/>.</param>
    /// <param name="common">The extremes of all grids that share a scale; null where the options' range says whose they are.</param>
    public static Canvas Render(ReadOnlyMemory<float> maps, TileLayout layout, TileGridOptions options, MapStatistics? common = null)
    {
        int size = layout.TileHeight * layout.TileWidth;
        ArgumentOutOfRangeException.ThrowIfLessThan(maps.Length, (options.First + layout.Count) * size);
        bool isGray = options.Palette == TilePalette.Gray;
        Canvas canvas = layout.NewCanvas(isGray ? 1 : 3);
        MapStatistics? layer = common ?? (options.Range == TileRange.Layer ? MapStatistics.Of(0, maps.Span) : null);

        byte[] gray = new byte[size];
        byte[] tile = new byte[size * canvas.Channels];
        for (int i = 0; i < layout.Count; i++)
        {
            ReadOnlySpan<float> map = maps.Span.Slice((options.First + i) * size, size);
            MapStatistics own = MapStatistics.Of(i, map);
            if (own.Silent)
            {
                Array.Clear(tile);
            }
            else
            {
                MapStatistics range = layer ?? own;
                float farthest = Math.Max(-range.Min, range.Max);
                ToGray(map, options.AroundZero ? -farthest : range.Min, options.AroundZero ? farthest : range.Max, gray);
                Paint(gray, tile, isGray);
            }

            layout.Draw(canvas, i, tile);
        }

        return canvas;
    }

    private static void ToGray(ReadOnlySpan<float> map, float min, float max, Span<byte> gray)
    {
        // Subtracted in double: a layer may reach from -3e38 to 3e38.
        double span = (double)max - min;
        for (int i = 0; i < map.Length; i++)
        {
            gray[i] = GrayLevel.FromUnit(span == 0 ? Constant : (float)((map[i] - (double)min) / span));
        }
    }

    private static void Paint(ReadOnlySpan<byte> gray, Span<byte> tile, bool isGray)
    {
        if (isGray)
        {
            gray.CopyTo(tile);
            return;
        }

        for (int i = 0; i < gray.Length; i++)
        {
            Viridis.Color(gray[i]).CopyTo(tile[(3 * i)..]);
        }
    }
}
