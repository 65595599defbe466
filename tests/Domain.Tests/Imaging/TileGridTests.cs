using AutoencoderApi.Domain.Imaging;
using Xunit;

namespace AutoencoderApi.Domain.Tests.Imaging;

public sealed class TileGridTests
{
    private const byte Gap = Canvas.GapGray;

    // Three maps of 1×2: from 0 to 1, dead, and from -1 to 3.
    private static readonly float[] Maps = [0, 1, 0, 0, -1, 3];

    [Fact]
    public void Each_map_is_stretched_to_its_own_range_and_a_dead_one_is_black()
    {
        Canvas canvas = Draw(Maps, 3, 1, 2, new TileGridOptions());

        Assert.Equal((5, 3, 1), (canvas.Width, canvas.Height, canvas.Channels));
        Assert.Equal(
            [
                0, 255, Gap, 0, 0,
                Gap, Gap, Gap, Gap, Gap,
                0, 255, Gap, Gap, Gap,
            ],
            canvas.Pixels);
    }

    [Fact]
    public void The_range_of_the_layer_is_shared_by_its_maps_shown_or_not()
    {
        Canvas canvas = Draw(Maps, 3, 1, 2, new TileGridOptions { Range = TileRange.Layer, Count = 2, Columns = 2, Gap = 0 });

        Assert.Equal([64, 128, 0, 0], canvas.Pixels);
    }

    [Fact]
    public void Around_zero_the_value_farthest_from_it_is_darkest_or_brightest()
    {
        Canvas canvas = Draw(new float[] { -4, 2, 0, 1 }, 2, 1, 2, new TileGridOptions { AroundZero = true, Columns = 2, Gap = 0 });

        Assert.Equal([0, 191, 128, 255], canvas.Pixels);
    }

    [Fact]
    public void Pixels_are_enlarged_to_squares()
    {
        Canvas canvas = Draw(Maps, 3, 1, 2, new TileGridOptions { First = 2, Scale = 2 });

        Assert.Equal((4, 2), (canvas.Width, canvas.Height));
        Assert.Equal([0, 0, 255, 255, 0, 0, 255, 255], canvas.Pixels);
    }

    [Fact]
    public void A_constant_map_that_lives_is_mid_gray()
    {
        Canvas canvas = Draw(new float[] { 7, 7 }, 1, 1, 2, new TileGridOptions());

        Assert.Equal([128, 128], canvas.Pixels);
    }

    [Fact]
    public void Viridis_runs_from_purple_to_yellow_and_leaves_dead_maps_black()
    {
        Canvas canvas = Draw(Maps, 3, 1, 2, new TileGridOptions { Palette = TilePalette.Viridis, Count = 2, Gap = 0 });

        Assert.Equal(3, canvas.Channels);
        Assert.Equal([0x44, 0x01, 0x54, 0xfd, 0xe7, 0x24, 0, 0, 0, 0, 0, 0], canvas.Pixels);
    }

    [Fact]
    public void Columns_default_to_the_square_root_rounded_up_and_count_to_what_there_is()
    {
        TileLayout layout = TileLayout.Of(20, 14, 14, new TileGridOptions { First = 3, Count = 100, Scale = 2, Gap = 3 });

        Assert.Equal((17, 5, 4), (layout.Count, layout.Columns, layout.Rows));
        Assert.Equal((5 * 28 + 4 * 3, 4 * 28 + 3 * 3), (layout.Width, layout.Height));
    }

    [Fact]
    public void Values_that_are_no_numbers_draw_and_count_as_nothing()
    {
        float[] broken = [float.NaN, 0, 1, float.PositiveInfinity, float.NaN, float.NaN, float.NaN, float.NaN];

        Canvas canvas = Draw(broken, 2, 2, 2, new TileGridOptions { Gap = 0 });

        Assert.Equal([0, 0, 128, 128, 255, 255, 128, 128], canvas.Pixels);
        MapStatistics[] statistics = MapStatistics.OfAll(broken, 4);
        Assert.Equal(new MapStatistics(0, 0, 1, 0.5f, Silent: false), statistics[0]);
        Assert.Equal(new MapStatistics(1, 0, 0, 0, Silent: false), statistics[1]);
    }

    [Fact]
    public void Statistics_tell_a_dead_map()
    {
        MapStatistics[] statistics = MapStatistics.OfAll(Maps, 2, first: 4);

        Assert.Equal(new MapStatistics(4, 0, 1, 0.5f, Silent: false), statistics[0]);
        Assert.Equal(new MapStatistics(5, 0, 0, 0, Silent: true), statistics[1]);
        Assert.Equal(new MapStatistics(6, -1, 3, 1, Silent: false), statistics[2]);
    }

    private static Canvas Draw(float[] maps, int channels, int height, int width, TileGridOptions options) =>
        TileGrid.Render(maps, TileLayout.Of(channels, height, width, options), options);
}
