using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Imaging.Segmentation;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Tests.Imaging.Segmentation;

public sealed class PolarityDetectorTests
{
    /// <summary>Of a ring: its thickness as a fraction of its radius, from a thin pen to one whose hole is as wide as its stroke.</summary>
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.6)]
    public void Ink_is_told_from_the_inside_of_a_loop_under_noise_light_and_shadow(double thickness)
    {
        foreach (double radius in new[] { 12, 60 })
        {
            GrayImage dark = Page(radius, thickness * radius), light = dark.Negative();

            Assert.True(PolarityDetector.IsInkDark(dark), $"dark ring of radius {radius}");
            Assert.False(PolarityDetector.IsInkDark(light), $"light ring of radius {radius}");
        }
    }

    private static GrayImage Page(double radius, double thickness)
    {
        const int Width = 300, Height = 220;
        var random = new SplitMix64(3);
        byte[] pixels = new byte[Width * Height];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int x, int y) = (i % Width, i / Width);
            double distance = double.Hypot(x - 110, y - 100), shadow = x + (0.4 * y) > 210 ? 0.55 : 1, lamp = 1 - (0.3 * x / Width);
            double ink = Math.Clamp(((thickness / 2) - Math.Abs(distance - radius)) + 0.5, 0, 1);
            pixels[i] = (byte)Math.Clamp((210 * shadow * lamp * (1 - (0.75 * ink))) + (4 * random.NextNormal()), 0, 255);
        }

        return new GrayImage(Width, Height, pixels);
    }
}
