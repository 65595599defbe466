using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;
using Xunit;

namespace AutoencoderApi.Domain.Tests.Imaging;

public sealed class DigitPreparationTests
{
    [Fact]
    public void Auto_passes_a_gray_28_by_28_image_through_untouched()
    {
        GrayImage noise = Noise(28, 28);

        Assert.Equal(noise.Pixels, Prepare(noise, Preprocessing.Auto).Pixels);
    }

    [Fact]
    public void Auto_prepares_a_28_by_28_image_that_was_in_colour()
    {
        PreparedDigit digit = Ready(PenDigit.Clean(28).Negative(), new PreparationOptions(), isExact: false);

        Assert.Equal(0, digit.Image.Pixels[0]);
        Assert.Equal([PreparationStep.Inverted, PreparationStep.Centred], digit.Preparation.Steps);
    }

    [Theory]
    [InlineData(Background.Dark, true)]
    [InlineData(Background.Light, false)]
    [InlineData(Background.Mixed, false)]
    public void A_28_by_28_image_with_a_light_border_is_inverted_exactly_where_the_networks_data_are_dark(Background data, bool isInverted)
    {
        GrayImage light = PenDigit.Clean(28).Negative();

        PreparedDigit digit = Ready(light, new PreparationOptions { Background = data });

        Assert.Equal(isInverted ? light.Negative().Pixels : light.Pixels, digit.Image.Pixels);
        Assert.Equal([isInverted ? PreparationStep.Inverted : PreparationStep.AsIs], digit.Preparation.Steps);
    }

    [Fact]
    public void Grey_paper_of_28_by_28_becomes_black()
    {
        GrayImage ink = PenDigit.Clean(28);
        GrayImage paper = new GrayImage(28, 28, Array.ConvertAll(ink.Pixels, value => (byte)(220 - (value * 200 / 255))));

        GrayImage digit = Ready(paper, new PreparationOptions()).Image;

        Assert.All(Enumerable.Range(0, 784).Where(i => ink.Pixels[i] == 0), i => Assert.Equal(0, digit.Pixels[i]));
        Assert.True(PenDigit.Correlation(ink, digit) > 0.999);
    }

    [Fact]
    public void A_network_of_light_data_is_given_dark_ink_on_light()
    {
        GrayImage clean = PenDigit.Clean(280);

        PreparedDigit dark = Ready(clean, new PreparationOptions()),
            light = Ready(clean, new PreparationOptions { Background = Background.Light });

        Assert.Equal(dark.Image.Negative().Pixels, light.Image.Pixels);
        Assert.Equal([PreparationStep.Centred], dark.Preparation.Steps);
        Assert.Equal([PreparationStep.Inverted, PreparationStep.Centred], light.Preparation.Steps);
    }

    [Fact]
    public void Dark_on_light_comes_out_as_light_on_dark_does()
    {
        GrayImage clean = PenDigit.Clean(280);

        double correlation = PenDigit.Correlation(Prepare(clean), Prepare(clean.Negative()));

        Assert.True(correlation > 0.99, $"correlation {correlation}");
    }

    [Fact]
    public void Ink_of_a_transparent_image_is_ink_whatever_the_border_has()
    {
        GrayImage clean = PenDigit.Clean(280);

        PreparedDigit digit = DigitPreparation
            .Prepare(new SourceImage(clean, IsExact: false, IsInk: true), new PreparationOptions())
            .Value();

        Assert.True(PenDigit.Correlation(Prepare(clean), digit.Image) > 0.99);
        Assert.Equal([PreparationStep.Centred], digit.Preparation.Steps);
    }

    [Fact]
    public void The_fraction_of_ink_is_that_of_the_image()
    {
        GrayImage clean = PenDigit.Clean(400);
        double ink = clean.Pixels.Sum(value => value / 255.0) / clean.Pixels.Length;

        Assert.Equal(ink, Ready(clean, new PreparationOptions()).Preparation.InkFraction!.Value, 0.1 * ink);
    }

    [Theory]
    [InlineData(3000, 2000)]
    [InlineData(1200, 1600)]
    public void A_phone_photo_with_a_shadow_gives_the_clean_digit(int width, int height)
    {
        GrayImage clean = Prepare(PenDigit.Clean(400));

        GrayImage digit = Prepare(PenDigit.Photo(width, height, withDigit: true));

        double correlation = PenDigit.Correlation(clean, digit);
        Assert.True(correlation > 0.9, $"correlation {correlation}");
        Assert.Equal(0, digit.Pixels.Where((_, i) => i % 28 is < 3 or > 24).Max());
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.4)]
    public void A_shadow_on_blank_paper_is_no_ink(double darkest)
    {
        DigitFault.NoDigit none = NoDigit(PenDigit.Photo(1200, 800, withDigit: false, darkest));

        Assert.InRange(none.Ground, 220 * darkest, 220);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(28, 28, 0)]
    [InlineData(28, 28, 255)]
    [InlineData(640, 480, 200)]
    public void An_image_of_one_level_has_no_digit(int width, int height, byte level)
    {
        byte[] pixels = new byte[width * height];
        pixels.AsSpan().Fill(level);

        Assert.Equal(0, NoDigit(new GrayImage(width, height, pixels)).StrongestContrast);
    }

    [Fact]
    public void A_second_digit_is_refused_or_passed_over_for_the_largest()
    {
        GrayImage clean = PenDigit.Clean(280);
        GrayImage two = new GrayImage(560, 280, new byte[560 * 280]);
        for (int y = 0; y < 280; y++)
        {
            clean.Pixels.AsSpan(y * 280, 280).CopyTo(two.Pixels.AsSpan(y * 560));
            for (int x = 0; x < 280; x++)
            {
                two.Pixels[((140 + (y / 2)) * 560) + 280 + (x / 2)] = Math.Max(
                    two.Pixels[((140 + (y / 2)) * 560) + 280 + (x / 2)],
                    clean.Pixels[(y * 280) + x]);
            }
        }

        Assert.Equal(new DigitFault.SeveralDigits(2), DigitPreparation.Prepare(new SourceImage(two), new PreparationOptions()).Fault());
        PreparedDigit largest = Ready(two, new PreparationOptions { TakeLargest = true });
        Assert.Equal([PreparationStep.Largest, PreparationStep.Centred], largest.Preparation.Steps);
        Assert.True(PenDigit.Correlation(Prepare(clean), largest.Image) > 0.99);
    }

    [Fact]
    public void The_ink_fits_20_by_20_around_its_centre_of_mass_and_reaches_full_contrast()
    {
        foreach (int side in new[] { 28, 100, 1000 })
        {
            GrayImage digit = Prepare(PenDigit.Clean(side));

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
        GrayImage clean = PenDigit.Clean(280);
        GrayImage specked = new(280, 280, [.. clean.Pixels]);
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

        GrayImage digit = Prepare(new GrayImage(280, 140, white), Preprocessing.Resize);

        Assert.All(digit.Pixels[..(7 * 28)], value => Assert.Equal(0, value));
        Assert.All(digit.Pixels[(7 * 28)..(21 * 28)], value => Assert.Equal(255, value));
        Assert.All(digit.Pixels[(21 * 28)..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Resize_averages_areas()
    {
        byte[] checks = [.. Enumerable.Range(0, 56 * 56).Select(i => (byte)((i + i / 56) % 2 * 200))];

        Assert.All(Prepare(new GrayImage(56, 56, checks), Preprocessing.Resize).Pixels, value => Assert.Equal(100, value));
    }

    [Fact]
    public void None_demands_28_by_28()
    {
        GrayImage exact = Noise(28, 28);

        Assert.Same(exact, Prepare(exact, Preprocessing.None));
        Assert.Equal(
            new DigitFault.WrongSize(29, 28),
            DigitPreparation.Prepare(new SourceImage(Noise(29, 28)), new PreparationOptions { Preprocessing = Preprocessing.None }).Fault()
        );
    }

    [Fact]
    public void Any_size_and_content_gives_an_answer()
    {
        foreach ((int width, int height) in new[] { (1, 1), (1, 3000), (3000, 1), (2, 2), (3, 5), (513, 7), (29, 28), (65, 64) })
        {
            Assert.NotNull(
                DigitPreparation.Prepare(
                    new SourceImage(Noise(width, height)),
                    new PreparationOptions { Preprocessing = Preprocessing.Mnist }));
            Assert.Equal(784, Prepare(Noise(width, height), Preprocessing.Resize).Pixels.Length);
        }
    }

    private static GrayImage Prepare(GrayImage image, Preprocessing preprocessing = Preprocessing.Mnist) =>
        Ready(image, new PreparationOptions { Preprocessing = preprocessing }).Image;

    private static PreparedDigit Ready(GrayImage image, PreparationOptions options, bool isExact = true) =>
        DigitPreparation.Prepare(new SourceImage(image, isExact), options).Value();

    private static DigitFault.NoDigit NoDigit(GrayImage image) =>
        Assert.IsType<DigitFault.NoDigit>(
            DigitPreparation.Prepare(new SourceImage(image), new PreparationOptions { Preprocessing = Preprocessing.Mnist }).Fault());

    private static GrayImage Noise(int width, int height)
    {
        var random = new SplitMix64(1);
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextBelow(256);
        }

        return new GrayImage(width, height, pixels);
    }
}
