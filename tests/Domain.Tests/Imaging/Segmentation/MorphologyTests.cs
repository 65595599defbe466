using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Imaging.Segmentation;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Tests.Imaging.Segmentation;

public sealed class MorphologyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(40)]
    public void Closing_and_opening_are_those_of_the_definition(int radius)
    {
        GrayImage image = new GrayImage(23, 17, Noise(23 * 17));

        Assert.Equal(Extreme(Extreme(image, radius, Math.Max), radius, Math.Min).Pixels, Morphology.Close(image, radius).Pixels);
        Assert.Equal(Extreme(Extreme(image, radius, Math.Min), radius, Math.Max).Pixels, Morphology.Open(image, radius).Pixels);
    }

    [Fact]
    public void A_closing_leaves_the_edge_of_a_shadow_and_fills_a_stroke()
    {
        byte[] pixels = [.. Enumerable.Range(0, 60 * 40).Select(i => (i % 60) - (i / 60) > 20 ? (byte)90 : (byte)200)];
        byte[] inked = [.. pixels.Select((level, i) => i % 60 is >= 10 and < 14 ? (byte)20 : level)];

        Assert.Equal(Inside(pixels), Inside(Morphology.Close(new GrayImage(60, 40, inked), radius: 4).Pixels));

        // At the border windows are cut short, and reach no farther out than their centre.
        static byte[] Inside(byte[] all) => [.. all.Where((_, i) => i / 60 >= 4 && i % 60 < 56)];
    }

    private static GrayImage Extreme(GrayImage image, int radius, Func<byte, byte, byte> choose)
    {
        byte[] pixels = new byte[image.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = image.Pixels[i];
            for (int y = Math.Max(0, (i / image.Width) - radius); y <= Math.Min(image.Height - 1, (i / image.Width) + radius); y++)
            {
                for (int x = Math.Max(0, (i % image.Width) - radius); x <= Math.Min(image.Width - 1, (i % image.Width) + radius); x++)
                {
                    pixels[i] = choose(pixels[i], image.Pixels[(y * image.Width) + x]);
                }
            }
        }

        return new GrayImage(image.Width, image.Height, pixels);
    }

    private static byte[] Noise(int count)
    {
        var random = new SplitMix64(4);
        byte[] noise = new byte[count];
        for (int i = 0; i < count; i++)
        {
            noise[i] = (byte)random.NextBelow(256);
        }

        return noise;
    }
}
