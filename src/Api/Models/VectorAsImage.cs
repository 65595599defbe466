using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;

namespace AutoencoderApi.Api.Models;

/// <summary>A layer's maps as they are rendered: a vector is one map, folded to the squarest rectangle that holds it.</summary>
internal static class VectorAsImage
{
    public static TensorShape Of(TensorShape shape)
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

        return new TensorShape(1, height, (shape.Channels + height - 1) / height);
    }

    /// <summary>Of every map of the layer.</summary>
    public static MapStatistics[] Statistics(FeatureMaps maps)
    {
        TensorShape shape = Of(maps.Shape);
        return MapStatistics.OfAll(maps.Values, shape.Channels == 1 ? maps.Values.Length : shape.Height * shape.Width);
    }

    /// <param name="layout">Of the maps in the shape that <see cref="Of"/> gives.</param>
    public static Canvas Render(FeatureMaps maps, TileLayout layout, TileGridOptions options)
    {
        float[] values = maps.Values;
        Array.Resize(ref values, Of(maps.Shape).Count);
        return TileGrid.Render(values, layout, options);
    }
}
