using System.ComponentModel;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Api.Films;

/// <summary>What an image of a film shows of each frame.</summary>
internal enum FilmView
{
    /// <summary>The reconstruction of an image.</summary>
    Reconstruction,

    /// <summary>The feature maps of a layer for an image, on one scale over all frames.</summary>
    Layer,

    /// <summary>The kernels of a layer, on one scale over all frames; zero is the middle of the palette.</summary>
    Kernels,
}

/// <summary>What to show of a film. Public, because the rules of an internal type's properties would not be checked.</summary>
public sealed record FilmQuery(
    [property: OneOf<FilmView>, Description("Content of each image.")] string View = "reconstruction",
    [property: Split] string Split = "test",
    int Index = 0,
    [property: Description("Number of maps or kernels of the layer, or `all`.")]
    [property: Pattern(TileQuery.CountPattern, TileQuery.CountRule)] string Count = "16",
    [property: Description("Index of the first map or kernel, from 0.")] int First = 0,
    [property: Bounds(1, TileGridOptions.MaxScale)]
    [property: Description("Side in pixels of the square that renders each value; by default an image is about 112 pixels wide.")]
    int? Scale = null,
    [property: OneOf<TilePalette>, Description("Colour map of the views `layer` and `kernels`.")] string Palette = "gray",
    [property: Bounds(1, FilmQuery.MaxFrames)]
    [property: Description("Images at most: of a longer film frames at even distances, the first and the last among them.")]
    int Frames = 32)
{
    internal const int MaxFrames = 64;

    /// <summary>The frames that are shown.</summary>
    internal FilmFrame[] Choose(IReadOnlyList<FilmFrame> all)
    {
        int count = Math.Min(Frames, all.Count);
        return count == 1
            ? [all[^1]]
            : [.. Enumerable.Range(0, count).Select(i => all[(int)Math.Round(i * (all.Count - 1.0) / (count - 1))])];
    }
}
