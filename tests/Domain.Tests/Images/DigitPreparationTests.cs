using AutoencoderApi.Domain.Images;
using AutoencoderApi.Domain.Numerics;
using Xunit;

namespace AutoencoderApi.Domain.Tests.Images;

public sealed class DigitPreparationTests
{
    [Fact]
    public void Auto_passes_a_gray_28_by_28_picture_through_untouched()
    {
        GrayPicture noise = Noise(28, 28);

        Assert.Equal(noise.Pixels, Prepare(noise, Preprocessing.Auto).Pixels);
    }

    [Fact]
    public void Auto_prepares_a_28_by_28_picture_that_was_in_colour()
    {
        GrayPicture dark = Negative(PenDigit.Clean(28));

        GrayPicture digit = ((PreparedDigit.Ready)DigitPreparation.Prepare(dark, isGray: false, Preprocessing.Auto)).Picture;

        Assert.Equal(0, digit.Pixels[0]);
    }

    [Fact]
    public void Dark_on_light_comes_out_as_light_on_dark_does()
    {
        GrayPicture clean = PenDigit.Clean(280);

        double correlation = PenDigit.Correlation(Prepare(clean), Prepare(Negative(clean)));

        Assert.True(correlation > 0.99, $"correlation {correlation}");
    }

    [Theory]
    [InlineData(3000, 2000)]
    [InlineData(1200, 1600)]
    public void A_phone_photo_with_a_shadow_gives_the_clean_digit(int width, int height)
    {
        GrayPicture clean = Prepare(PenDigit.Clean(400));

        GrayPicture digit = Prepare(PenDigit.Photo(width, height, withDigit: true));

        double correlation = PenDigit.Correlation(clean, digit);
        Assert.True(correlation > 0.9, $"correlation {correlation}");
        Assert.Equal(0, digit.Pixels.Where((_, i) => i % 28 is < 3 or > 24).Max());
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.4)]
    public void A_shadow_on_blank_paper_is_no_ink(double darkest)
    {
        GrayPicture digit = Prepare(PenDigit.Photo(1200, 800, withDigit: false, darkest));

        Assert.All(digit.Pixels, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(28, 28, 0)]
    [InlineData(28, 28, 255)]
    [InlineData(640, 480, 200)]
    public void A_picture_of_one_level_gives_a_black_digit(int width, int height, byte level)
    {
        byte[] pixels = new byte[width * height];
        pixels.AsSpan().Fill(level);

        Assert.All(Prepare(new GrayPicture(width, height, pixels)).Pixels, value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_ink_fits_20_by_20_around_its_centre_of_mass_and_reaches_full_contrast()
    {
        foreach (int side in new[] { 14, 28, 100, 1000 })
        {
            GrayPicture digit = Prepare(PenDigit.Clean(side));

            double mass = digit.Pixels.Sum(value => (double)value);
            Assert.InRange(digit.Pixels.Select((value, i) => value * (i % 28)).Sum() / mass, 13.5, 14.5);
            Assert.InRange(digit.Pixels.Select((value, i) => value * (i / 28)).Sum() / mass, 13.5, 14.5);
            int[] inked = [.. Enumerable.Range(0, 784).Where(i => digit.Pixels[i] > 0)];
            Assert.InRange(inked.Max(i => i % 28) - inked.Min(i => i % 28) + 1, 10, 20);
            Assert.InRange(inked.Max(i => i / 28) - inked.Min(i => i / 28) + 1, 19, 20);
            Assert.Equal(255, digit.Pixels.Max());
        }
    }

    [Fact]
    public void Specks_do_not_move_the_digit()
    {
        GrayPicture clean = PenDigit.Clean(280);
        GrayPicture specked = new(280, 280, [.. clean.Pixels]);
        var random = new SplitMix64(9);
        for (int i = 0; i < 60; i++)
        {
            specked.Pixels[random.NextBelow(specked.Pixels.Length)] = 255;
        }

        Assert.True(PenDigit.Correlation(Prepare(clean), Prepare(specked)) > 0.98);
    }

    [Fact]
    public void Resize_letterboxes_on_black_and_inverts_nothing()
    {
        byte[] white = new byte[280 * 140];
        white.AsSpan().Fill(255);

        GrayPicture digit = Prepare(new GrayPicture(280, 140, white), Preprocessing.Resize);

        Assert.All(digit.Pixels[..(7 * 28)], value => Assert.Equal(0, value));
        Assert.All(digit.Pixels[(7 * 28)..(21 * 28)], value => Assert.Equal(255, value));
        Assert.All(digit.Pixels[(21 * 28)..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Resize_averages_areas()
    {
        byte[] checks = [.. Enumerable.Range(0, 56 * 56).Select(i => (byte)((i + i / 56) % 2 * 200))];

        Assert.All(Prepare(new GrayPicture(56, 56, checks), Preprocessing.Resize).Pixels, value => Assert.Equal(100, value));
    }

    [Fact]
    public void None_demands_28_by_28()
    {
        GrayPicture exact = Noise(28, 28);

        Assert.Same(exact, Prepare(exact, Preprocessing.None));
        Assert.Equal(new PreparedDigit.WrongSize(29, 28), DigitPreparation.Prepare(Noise(29, 28), isGray: true, Preprocessing.None));
    }

    [Fact]
    public void Any_size_and_content_gives_a_digit()
    {
        foreach ((int width, int height) in new[] { (1, 1), (1, 3000), (3000, 1), (2, 2), (3, 5), (513, 7), (29, 28), (65, 64) })
        {
            Assert.Equal(784, Prepare(Noise(width, height)).Pixels.Length);
            Assert.Equal(784, Prepare(Noise(width, height), Preprocessing.Resize).Pixels.Length);
        }
    }

    private static GrayPicture Prepare(GrayPicture picture, Preprocessing preprocessing = Preprocessing.Mnist) =>
        Assert.IsType<PreparedDigit.Ready>(DigitPreparation.Prepare(picture, isGray: true, preprocessing)).Picture;

    private static GrayPicture Negative(GrayPicture picture) =>
        new(picture.Width, picture.Height, Array.ConvertAll(picture.Pixels, value => (byte)(255 - value)));

    private static GrayPicture Noise(int width, int height)
    {
        var random = new SplitMix64(1);
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextBelow(256);
        }

        return new GrayPicture(width, height, pixels);
    }
}
