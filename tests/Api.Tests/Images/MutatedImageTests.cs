using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Numerics;
using Microsoft.AspNetCore.Http.HttpResults;
using Xunit;

namespace AutoencoderApi.Api.Tests.Images;

public sealed class MutatedImageTests
{
    public static TheoryData<byte[]> Sources =>
        [
            PngFile.Write(28, 28, 8, PngFile.Gray, new byte[784]),
            PngFile.Write(28, 28, 8, PngFile.ColorAlpha, new byte[784 * 4]),
            PngFile.Write(
                40,
                30,
                8,
                PngFile.Palette,
                [.. Enumerable.Range(0, 1200).Select(i => (byte)(i / 300))],
                new byte[12],
                [0, 90, 255],
                PngFile.Exif(6)),
            JpegFile.Write(64, 48, inColor: true),
            JpegFile.Progressive,
            JpegFile.Cmyk,
            JpegFile.WithOrientation(JpegFile.Write(28, 28), 6),
        ];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task No_mutated_image_throws(byte[] source)
    {
        using ImageDecoder decoder = new ImageDecoder(new ImageLimits());
        var random = new SplitMix64(8);
        for (int i = 0; i < 500; i++)
        {
            Result<DecodedImage, ProblemHttpResult> decoding = await decoder.DecodeAsync(
                Mutate(source, ref random),
                channels: 1,
                AnyMemory.New(),
                TestContext.Current.CancellationToken);

            if (decoding.TryGet(out DecodedImage? decoded, out _))
            {
                Assert.NotNull(
                    DigitPreparation.Prepare(new SourceImage(decoded.Planes[0], decoded.WasGray, decoded.IsInk), new PreparationOptions()));
            }
        }
    }

    private static byte[] Mutate(byte[] source, ref SplitMix64 random)
    {
        byte[] mutated = [.. source];
        for (int change = random.NextBelow(8); change >= 0; change--)
        {
            mutated[random.NextBelow(mutated.Length)] = (byte)random.NextBelow(256);
        }

        return random.NextBelow(4) == 0 ? mutated[..random.NextBelow(mutated.Length)] : mutated;
    }
}
