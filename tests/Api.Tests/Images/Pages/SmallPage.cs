using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>Images of the network's own size.</summary>
internal static class SmallPage
{
    public static Page Make(string kind, DatasetSplit? mnist, ref SplitMix64 random)
    {
        byte[] ink = new byte[28 * 28];
        int index = random.NextBelow(10_000);
        if (mnist is null)
        {
            SyntheticDigits.Render(seed: 5, (ulong)index, ink);
        }
        else
        {
            mnist.Image(index % mnist.Count).CopyTo(ink);
        }

        double paper = PageGenerator.Between(190, 250, ref random), noise = PageGenerator.Between(0, 3, ref random);
        byte[] pixels = new byte[ink.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = kind switch
            {
                PageKinds.SmallDark => (byte)(255 - ink[i]),
                PageKinds.SmallLight => ink[i],
                _ => (byte)Math.Clamp((paper * (1 - (0.9 * ink[i] / 255))) + (noise * random.NextNormal()), 0, 255),
            };
        }

        return new Page(kind, PngFile.Write(28, 28, 8, PngFile.Gray, pixels), [.. ink.Select(value => value > 127)], Digits: 1);
    }
}
