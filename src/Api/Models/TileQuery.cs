using System.ComponentModel;
using System.Globalization;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>How to lay out a layer's maps. Public, because the rules of an internal type's properties would not be checked.</summary>
public sealed record TileQuery(
    [property: Description("Number of maps, or `all`.")]
    [property: Pattern(TileQuery.CountPattern, TileQuery.CountRule)] string Count = "16",
    [property: Description("Index of the first map, from 0.")] int First = 0,
    [property: Bounds(1, 1024), Description("Tiles in a row; by default the square root of their number, rounded up.")] int? Columns = null,
    [property: Bounds(1, TileGridOptions.MaxScale)] int Scale = 4,
    [property: Bounds(0, TileGridOptions.MaxGap), Description("Pixels between tiles.")] int Gap = 1,
    [property: OneOf<TileRange>, Description("Values rendered black and white: extremes of the `tile` or of the whole `layer`.")]
    string Range = "tile",
    [property: OneOf<TilePalette>, Description("Colour map from low to high values.")] string Palette = "gray")
{
    internal const string CountPattern = "^(all|[1-9][0-9]{0,8})$";
    internal const string CountRule = "must be a whole number from 1, or 'all'.";

    /// <summary>The query as options for a layer of so many maps, or what is wrong with it.</summary>
    internal Result<TileGridOptions, ProblemHttpResult> Options(int maps)
    {
        int rest = maps - First;
        return First < 0 || rest <= 0
            ? Problems.Invalid("first", $"must be 0 to {maps - 1}: the layer has {maps} maps.")
            : new TileGridOptions
            {
                First = First,
                Count = Count == "all" ? rest : Math.Min(int.Parse(Count, CultureInfo.InvariantCulture), rest),
                Columns = Columns,
                Scale = Scale,
                Gap = Gap,
                Range = JsonConventions.Parse<TileRange>(Range)!.Value,
                Palette = JsonConventions.Parse<TilePalette>(Palette)!.Value,
            };
    }
}
