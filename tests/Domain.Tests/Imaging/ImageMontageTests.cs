using AutoencoderApi.Domain.Imaging;
using Xunit;

namespace AutoencoderApi.Domain.Tests.Imaging;

public sealed class ImageMontageTests
{
    private const byte Gap = Canvas.GapGray;
    private static readonly InterleavedImage Original = Gray(0, 200);
    private static readonly InterleavedImage Reconstruction = InterleavedImage.FromUnit(new(1, 1, 2), [0.2f, 1.5f]);

    [Fact]
    public void Values_outside_0_to_1_are_clamped() =>
        Assert.Equal([0, 0, 51, 255, 255], InterleavedImage.FromUnit(new(1, 1, 5), [float.NaN, -1, 0.2f, 1, 2]).Pixels);

    [Fact]
    public void One_digit_is_enlarged() =>
        Assert.Equal([0, 0, 200, 200, 0, 0, 200, 200], ImageMontage.Enlarged(Original, 2).Pixels);

    [Fact]
    public void A_pair_stands_side_by_side() =>
        Assert.Equal([0, 200, Gap, 51, 255], ImageMontage.Pair(Original, Reconstruction, 1, 1).Pixels);

    [Fact]
    public void Reconstructions_stand_under_their_originals() => Assert.Equal(
        [
            0, 200, Gap, 51, 255,
            Gap, Gap, Gap, Gap, Gap,
            51, 255, Gap, 0, 200,
        ],
        ImageMontage.Rows([[Original, Reconstruction], [Reconstruction, Original]], 1, 1).Pixels);

    [Fact]
    public void A_strip_is_one_row()
    {
        Canvas canvas = ImageMontage.Strip([Original, Reconstruction, Original], 1, 0);

        Assert.Equal((6, 1), (canvas.Width, canvas.Height));
    }

    [Fact]
    public void The_difference_is_orange_for_too_much_ink_blue_for_too_little_and_black_for_none()
    {
        InterleavedImage original = Gray(0, 255, 9);
        InterleavedImage reconstruction = Gray(255, 0, 9);

        Canvas canvas = ImageMontage.Difference(original, reconstruction, 1, 0);

        Assert.Equal([0, 0, 0, 255, 255, 255, 9, 9, 9], canvas.Pixels[..9]);
        Assert.Equal([255, 140, 30, 60, 150, 255, 0, 0, 0], canvas.Pixels[18..]);
    }

    [Fact]
    public void Colour_stands_in_three_planes_and_is_drawn_pixel_by_pixel()
    {
        InterleavedImage original = InterleavedImage.FromPlanes(new(3, 1, 2), [10, 20, 30, 40, 50, 60]);
        InterleavedImage reconstruction = InterleavedImage.FromPlanes(new(3, 1, 2), [10, 50, 10, 40, 250, 60]);

        Canvas canvas = ImageMontage.Difference(original, reconstruction, 1, 0);

        Assert.Equal(3, canvas.Channels);
        Assert.Equal([10, 30, 50, 20, 40, 60], canvas.Pixels[..6]);
        Assert.Equal([10, 10, 250, 50, 40, 60], canvas.Pixels[6..12]);
        Assert.Equal([0, 40, 255, 60, 0, 0], canvas.Pixels[12..]);
        Assert.Equal(canvas.Pixels[..12], ImageMontage.Pair(original, reconstruction, 1, 0).Pixels);
    }

    private static InterleavedImage Gray(params byte[] pixels) => InterleavedImage.FromPlanes(new(1, 1, pixels.Length), pixels);
}
