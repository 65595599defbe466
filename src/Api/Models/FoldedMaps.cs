using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;

namespace AutoencoderApi.Api.Models;

/// <summary>A stage's maps as they are drawn: a vector is one map, folded to the squarest rectangle that holds it.</summary>
internal static class FoldedMaps
{
    public static FeatureShape Of(FeatureShape shape)
    {
        if (shape.Height > 1 || shape.Width > 1)
        {
            return shape;
        }

        int height = (int)Math.Sqrt(shape.Channels);
        while (shape.Channels % height != 0 && height * 2 > Math.Sqrt(shape.Channels))
        {
            height--;
        }

        return new FeatureShape(1, height, (shape.Channels + height - 1) / height);
    }

    /// <summary>Of every map of the stage.</summary>
    public static MapStatistics[] Statistics(FeatureMaps maps)
    {
        FeatureShape shape = Of(maps.Shape);
        return MapStatistics.OfAll(maps.Values, shape.Channels == 1 ? maps.Values.Length : shape.Height * shape.Width);
    }

    public static Canvas Draw(FeatureMaps maps, TileGridOptions options)
    {
        FeatureShape shape = Of(maps.Shape);
        float[] values = maps.Values;
        Array.Resize(ref values, shape.Count);
        return TileGrid.Draw(values, shape.Channels, shape.Height, shape.Width, options);
    }
}
