namespace AutoencoderApi.Api.Evaluations;

/// <summary>How codes are laid out in two dimensions.</summary>
internal enum MapMethod
{
    /// <summary>On the plane of their largest variance: distances on it are those of the codes' shadows.</summary>
    Pca,

    /// <summary>So that neighbours stay neighbours: distances between groups, and their sizes, mean nothing.</summary>
    Tsne,
}

/// <summary>The places of the images' codes.</summary>
/// <param name="Method">How they are laid out.</param>
/// <param name="Points">Each image, in the order of the split.</param>
/// <param name="ExplainedVariance">Of PCA the fraction of the codes' variance along x and along y, 0..1; null otherwise.</param>
internal sealed record MapResponse(MapMethod Method, IReadOnlyList<MapPoint> Points, IReadOnlyList<double>? ExplainedVariance)
{
    public static MapResponse Of(LabelledMap map, MapMethod method)
    {
        float[] places = method == MapMethod.Pca ? map.Map.Pca : map.Map.Tsne;
        return new MapResponse(
            method,
            [.. map.Map.Indices.Select((index, i) => new MapPoint(index, map.Labels?[i], places[2 * i], places[(2 * i) + 1]))],
            method == MapMethod.Pca ? map.Map.ExplainedVariance : null);
    }
}

/// <summary>One image on a map.</summary>
/// <param name="Index">Index of the image in its split.</param>
/// <param name="Label">Label of the image; null without labels.</param>
/// <param name="X">Coordinate to the right.</param>
/// <param name="Y">Coordinate upwards.</param>
internal sealed record MapPoint(int Index, int? Label, float X, float Y);

/// <summary>Where an image's code lies on the plane of a map.</summary>
/// <param name="X">Coordinate to the right, as the map's by PCA.</param>
/// <param name="Y">Coordinate upwards.</param>
/// <param name="Neighbors">The map's 5 images whose codes are nearest in all dimensions, the nearest first.</param>
internal sealed record PositionResponse(float X, float Y, IReadOnlyList<Neighbor> Neighbors);

/// <summary>An image whose code is near.</summary>
/// <param name="Index">Index of the image in its split.</param>
/// <param name="Label">Label of the image; null without labels.</param>
/// <param name="Distance">Euclidean distance between the codes.</param>
internal sealed record Neighbor(int Index, int? Label, float Distance);
