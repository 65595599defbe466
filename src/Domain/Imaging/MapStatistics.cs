namespace AutoencoderApi.Domain.Imaging;

/// <summary>One feature map in numbers.</summary>
/// <param name="Index">Of the map among those of its layer, from 0.</param>
/// <param name="Min">The smallest value.</param>
/// <param name="Max">The largest value.</param>
/// <param name="Mean">The mean of all values.</param>
/// <param name="Silent">Zero everywhere: the unit says nothing about this image.</param>
public sealed record MapStatistics(int Index, float Min, float Max, float Mean, bool Silent)
{
    /// <summary>Values that are no finite number are left out of min, max and mean, and a map of nothing else has 0 for all three.</summary>
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
