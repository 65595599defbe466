using AutoencoderApi.Domain.Images;
using Xunit;

namespace AutoencoderApi.Domain.Tests.Images;

public sealed class DigitFiguresTests
{
    private const byte Gap = Canvas.GapGray;
    private static readonly GrayPicture Original = new(2, 1, [0, 200]);
    private static readonly GrayPicture Reconstruction = GrayPicture.FromUnit(2, 1, [0.2f, 1.5f]);

    [Fact]
    public void Values_outside_0_to_1_are_clamped() =>
        Assert.Equal([0, 0, 51, 255, 255], GrayPicture.FromUnit(5, 1, [float.NaN, -1, 0.2f, 1, 2]).Pixels);

    [Fact]
    public void One_digit_is_enlarged() =>
        Assert.Equal([0, 0, 200, 200, 0, 0, 200, 200], DigitFigures.Enlarged(Original, 2).Pixels);

    [Fact]
    public void A_pair_stands_side_by_side() =>
        Assert.Equal([0, 200, Gap, 51, 255], DigitFigures.Pair(Original, Reconstruction, 1, 1).Pixels);

    [Fact]
    public void Reconstructions_stand_under_their_originals() => Assert.Equal(
        [
            0, 200, Gap, 51, 255,
            Gap, Gap, Gap, Gap, Gap,
            51, 255, Gap, 0, 200,
        ],
        DigitFigures.TwoRows([Original, Reconstruction], [Reconstruction, Original], 1, 1).Pixels);

    [Fact]
    public void A_strip_is_one_row()
    {
        Canvas canvas = DigitFigures.Strip([Original, Reconstruction, Original], 1, 0);

        Assert.Equal((6, 1), (canvas.Width, canvas.Height));
    }

    [Fact]
    public void The_difference_is_orange_for_too_much_ink_blue_for_too_little_and_black_for_none()
    {
        var original = new GrayPicture(3, 1, [0, 255, 9]);
        var reconstruction = new GrayPicture(3, 1, [255, 0, 9]);

        Canvas canvas = DigitFigures.Difference(original, reconstruction, 1, 0);

        Assert.Equal([0, 0, 0, 255, 255, 255, 9, 9, 9], canvas.Pixels[..9]);
        Assert.Equal([255, 140, 30, 60, 150, 255, 0, 0, 0], canvas.Pixels[18..]);
    }
}
