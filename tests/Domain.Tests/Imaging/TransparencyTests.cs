using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Domain.Tests.Imaging;

public sealed class TransparencyTests
{
    private const int Side = 10;

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    [InlineData(255)]
    public void Ink_of_one_colour_is_its_alpha(byte color)
    {
        GrayImage alpha = Image((x, y) => x == 4 ? 255 : x == 5 ? 90 : 0);

        (GrayImage image, bool isInk) = Transparency.Flatten(Image((x, _) => x == 4 || x == 5 ? color : 255), alpha);

        Assert.True(isInk);
        Assert.Equal(alpha.Pixels, image.Pixels);
    }

    [Fact]
    public void Strokes_in_several_colours_are_their_alpha()
    {
        GrayImage alpha = Image((x, y) => x == 2 || y == 7 ? 255 : 0);

        (GrayImage image, bool isInk) = Transparency.Flatten(Image((x, y) => y == 7 ? 30 : 200), alpha);

        Assert.True(isInk);
        Assert.Equal(alpha.Pixels, image.Pixels);
    }

    [Fact]
    public void A_piece_of_paper_lies_on_paper()
    {
        GrayImage paper = Image((x, y) => x == 5 && y is > 2 and < 8 ? 20 : 230),
            alpha = Image((x, y) => x is 0 or 9 || y is 0 or 9 ? 0 : 255);

        (GrayImage image, bool isInk) = Transparency.Flatten(Image((x, y) => x is 0 or 9 ? 0 : paper.Pixels[(y * Side) + x]), alpha);

        Assert.False(isInk);
        Assert.Equal(paper.Pixels, image.Pixels);
    }

    [Fact]
    public void An_image_that_is_as_opaque_everywhere_keeps_its_levels()
    {
        GrayImage gray = Image((x, y) => x * y);

        Assert.Equal((gray, false), Transparency.Flatten(gray, Image((_, _) => 128)));
    }

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(90, 90, 90, true)]
    [InlineData(20, 40, 110, true)]
    [InlineData(230, 40, 40, false)]
    public void On_black_only_ink_that_would_not_show_becomes_white(int red, int green, int blue, bool isWhite)
    {
        GrayImage alpha = Image((x, _) => x == 4 ? 255 : 0);

        IReadOnlyList<GrayImage> laid = Transparency.OnBlack(
            [.. new[] { red, green, blue }.Select(level => Image((_, _) => level))],
            alpha);

        Assert.Equal(isWhite ? [255, 255, 255] : new[] { red, green, blue }, laid.Select(channel => (int)channel.Pixels[4]));
        Assert.All(laid, channel => Assert.Equal(0, channel.Pixels[3]));
    }

    private static GrayImage Image(Func<int, int, int> level) =>
        new(Side, Side, [.. Enumerable.Range(0, Side * Side).Select(i => (byte)level(i % Side, i / Side))]);
}
