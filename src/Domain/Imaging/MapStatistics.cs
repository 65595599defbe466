namespace AutoencoderApi.Domain.Imaging;

/// <summary>Statistics of one feature map.</summary>
/// <param name="Index">Index of the map in its layer, from 0.</param>
/// <param name="Min">Minimum value.</param>
/// <param name="Max">Maximum value.</param>
/// <param name="Mean">Mean value.</param>
/// <param name="Silent">Whether all values are zero for this image.</param>
public sealed record MapStatistics(int Index, float Min, float Max, float Mean, bool Silent)
{
    /// <summary>
    /// Values that are no finite number are left out of min, max and mean, and a map of nothing else has 0 for all
    /// three.
    /// </summary>
    public static MapStatistics Of(int index, ReadOnlySpan<float> map)
    {
        (float min, float max, double sum, int count, bool silent) = (float.MaxValue, float.MinValue, 0, 0, true);
        foreach (float value in map)
        {
            silent &= value == 0;
            if (float.IsFinite(value))
            {
                (min, max) = (Math.Min(min, value), Math.Max(max, value));
                sum += value;
                count++;
            }
        }

        return count == 0
            ? new MapStatistics(index, 0, 0, 0, silent)
            : new MapStatistics(index, min, max, (float)(sum / count), silent);
    }

    /// <summary>One entry a map, all of a layer or some.</summary>
    /// <param name="maps">Any number of maps of <paramref name="mapSize"/> values each.</param>
    /// <param name="first">The index of the first map given.</param>
    public static MapStatistics[] OfAll(ReadOnlySpan<float> maps, int mapSize, int first = 0)
    {
        var all = new MapStatistics[maps.Length / mapSize];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = Of(first + i, maps.Slice(i * mapSize, mapSize));
        }

        return all;
    }
}
