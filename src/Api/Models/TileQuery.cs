using System.ComponentModel;
using System.Globalization;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Images;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>How to lay out a layer's maps.</summary>
internal sealed record TileQuery(
    [property: Description("How many maps, or 'all'.")] string Count = "16",
    [property: Description("The first map.")] int First = 0,
    [property: Description("Tiles in a row; by default the square root of their number, rounded up.")] int? Columns = null,
    [property: Description("Pixels a value, 1 to 32.")] int Scale = 4,
    [property: Description("Pixels between tiles, 0 to 16.")] int Gap = 1,
    [property: Description("Stretch each tile to its own minimum and maximum ('tile'), or all to the layer's ('layer').")] string Range = "tile",
    [property: Description("'gray' or 'viridis'.")] string Palette = "gray")
{
    private const int MaxGap = 16;

    /// <summary>The query as options for a layer of so many maps, or what is wrong with it.</summary>
    public TileGridOptions? Options(int maps, out ProblemHttpResult? problem)
    {
        int rest = maps - First;
        bool isNumber = int.TryParse(Count, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
        TileRange? range = WireFormat.Parse<TileRange>(Range);
        TilePalette? palette = WireFormat.Parse<TilePalette>(Palette);
        problem =
            First < 0 || rest <= 0 ? Problems.Invalid("first", $"must be 0 to {maps - 1}: the layer has {maps} maps.")
            : Count != "all" && (!isNumber || count < 1) ? Problems.Invalid("count", "must be a whole number from 1, or 'all'.")
            : Columns is < 1 or > 1024 ? Problems.Invalid("columns", "must be 1 to 1024.")
            : Scale is < 1 or > TileGridOptions.MaxScale ? Problems.Invalid("scale", $"must be 1 to {TileGridOptions.MaxScale}.")
            : Gap is < 0 or > MaxGap ? Problems.Invalid("gap", $"must be 0 to {MaxGap}.")
            : range is null ? Problems.Invalid("range", $"must be one of {string.Join(", ", WireFormat.Names<TileRange>())}.")
            : palette is null ? Problems.Invalid("palette", $"must be one of {string.Join(", ", WireFormat.Names<TilePalette>())}.")
            : null;
        return problem is not null ? null : new TileGridOptions
        {
            First = First,
            Count = Count == "all" ? rest : Math.Min(count, rest),
            Columns = Columns,
            Scale = Scale,
            Gap = Gap,
            Range = range!.Value,
            Palette = palette!.Value,
        };
    }
}
