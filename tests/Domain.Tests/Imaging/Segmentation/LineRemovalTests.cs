using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Imaging.Segmentation;

namespace AutoencoderApi.Domain.Tests.Imaging.Segmentation;

public sealed class LineRemovalTests
{
    private const int Side = 200;

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(-0.02)]
    public void Ruled_lines_go_and_a_stroke_across_them_stays_whole(double slope)
    {
        byte[] contrast = Ruled(slope, isUpright: false), ink = Stroke();
        GrayImage page = new(Side, Side, [.. contrast.Zip(ink, Math.Max)]);

        (GrayImage without, int widest) = LineRemoval.Remove(page);

        Assert.InRange(widest, 2, 8);
        Assert.True(ink.Index().All(pixel => pixel.Item == 0 || without.Pixels[pixel.Index] > 0), "the stroke is cut");
        Assert.InRange(without.Pixels.Where((level, i) => level > 0 && ink[i] == 0).Count(), 0, Side);
    }

    [Fact]
    public void A_grid_goes_and_ink_as_pale_as_its_lines_is_joined_again()
    {
        byte[] grid = [.. Ruled(0, isUpright: false).Zip(Ruled(0, isUpright: true), (a, b) => (byte)(255 - ((255 - a) * (255 - b) / 255)))];
        byte[] ink = [.. Stroke().Select(level => level > 0 ? (byte)100 : (byte)0)];
        GrayImage page = new(Side, Side, [.. grid.Zip(ink, Math.Max)]);

        GrayImage without = LineRemoval.Remove(page).Contrast;

        Assert.InRange(
            ink.Index().Count(pixel => pixel.Item > 0 && without.Pixels[pixel.Index] == 0),
            0,
            ink.Count(level => level > 0) / 5);
        Assert.InRange(without.Pixels.Where((level, i) => level > 0 && ink[i] == 0).Count(), 0, Side);
    }

    [Fact]
    public void The_bar_of_a_digit_is_no_line()
    {
        byte[] contrast =
        [
            .. Enumerable
                .Range(0, Side * Side)
                .Select(i => (i / Side) is >= 40 and < 44 && (i % Side) is >= 30 and < 160 ? (byte)200 : (byte)0),
        ];

        Assert.Equal(contrast, LineRemoval.Remove(new GrayImage(Side, Side, contrast)).Contrast.Pixels);
    }

    /// <summary>Lines of two pixels, a tenth of the side apart.</summary>
    private static byte[] Ruled(double slope, bool isUpright) => [.. Enumerable.Range(0, Side * Side).Select(i =>
    {
        (int along, int across) = isUpright ? (i / Side, i % Side) : (i % Side, i / Side);
        return (int)Math.Floor(across + (slope * along) + 20) % 20 < 2 ? (byte)100 : (byte)0;
    })];

    /// <summary>From the upper left to the lower right, five pixels wide.</summary>
    private static byte[] Stroke() =>
        [
            .. Enumerable
                .Range(0, Side * Side)
                .Select(i => Math.Abs((i % Side) - (i / Side) - 7) <= 2 && i / Side is > 25 and < 160 ? (byte)220 : (byte)0),
        ];
}
