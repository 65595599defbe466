using System.Diagnostics;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Xunit;

namespace AutoencoderApi.Api.Tests.Images;

public sealed class ImageDecoderTests : IDisposable
{
    private readonly ImageDecoder _decoder = new(new ImageLimits());

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task Gray_of_8_bits_keeps_its_bytes()
    {
        byte[] gray = Ramp(28 * 28);

        DecodedImage decoded = await Decode(PngFile.Write(28, 28, 8, PngFile.Gray, gray));

        Assert.True(decoded.WasGray);
        Assert.Equal(gray, decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task Interlaced_gray_keeps_its_bytes()
    {
        byte[] gray = Ramp(13 * 11);

        Assert.Equal(gray, (await Decode(PngFile.WriteInterlaced(13, 11, gray))).Planes[0].Pixels);
    }

    [Fact]
    public async Task Colour_with_equal_channels_is_gray()
    {
        byte[] gray = Ramp(256);

        DecodedImage decoded = await Decode(PngFile.Write(16, 16, 8, PngFile.Color, [.. gray.SelectMany(v => new[] { v, v, v })]));

        Assert.True(decoded.WasGray);
        Assert.Equal(gray, decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task Colour_is_weighed_by_Rec_601()
    {
        DecodedImage decoded = await Decode(PngFile.Write(4, 1, 8, PngFile.Color, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]));

        Assert.False(decoded.WasGray);
        Assert.Equal([76, 150, 29, 255], decoded.Planes[0].Pixels);
    }

    /// <summary>One pixel that is transparent, one that is half so, one that is opaque, in each form that PNG has for that.</summary>
    public static TheoryData<byte[], byte[]> Transparent => new()
    {
        { PngFile.Write(3, 1, 8, PngFile.ColorAlpha, [255, 255, 255, 0, 20, 0, 0, 128, 20, 0, 0, 255]), [0, 128, 255] },
        { PngFile.Write(3, 1, 8, PngFile.GrayAlpha, [255, 0, 0, 128, 0, 255]), [0, 128, 255] },
        { PngFile.Write(3, 1, 8, PngFile.Palette, [0, 1, 2], new byte[9], [0, 128]), [0, 128, 255] },
        { PngFile.Write(3, 1, 8, PngFile.Gray, [255, 20, 0], transparency: [0, 255]), [0, 255, 255] },
        { PngFile.Write(3, 1, 8, PngFile.Color, [9, 99, 199, 20, 20, 20, 0, 0, 0], transparency: [0, 9, 0, 99, 0, 199]), [0, 255, 255] },
        { PngFile.Write(3, 1, 16, PngFile.GrayAlpha, [0, 0, 0, 0, 0, 0, 128, 128, 0, 0, 255, 255]), [0, 128, 255] },
    };

    [Theory]
    [MemberData(nameof(Transparent))]
    public async Task Ink_is_where_alpha_is(byte[] png, byte[] alpha)
    {
        DecodedImage decoded = await Decode(png);

        Assert.True(decoded.IsInk);
        Assert.False(decoded.WasGray);
        Assert.Equal(alpha, decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task For_a_network_on_colour_what_is_transparent_is_black_and_black_ink_is_white()
    {
        byte[] red = PngFile.Write(3, 1, 8, PngFile.ColorAlpha, [255, 255, 255, 0, 200, 0, 0, 128, 200, 0, 0, 255]);
        byte[] black = PngFile.Write(3, 1, 8, PngFile.ColorAlpha, [255, 255, 255, 0, 0, 0, 0, 128, 0, 0, 0, 255]);

        Assert.Equal([0, 100, 200], (await Decode(red, channels: 3)).Planes[0].Pixels);
        Assert.All((await Decode(black, channels: 3)).Planes, plane => Assert.Equal([0, 128, 255], plane.Pixels));
    }

    [Fact]
    public async Task Sixteen_bits_are_halved()
    {
        DecodedImage decoded = await Decode(PngFile.Write(3, 1, 16, PngFile.Gray, [0, 0, 0x80, 0x80, 0xff, 0xff]));

        Assert.Equal([0, 128, 255], decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task A_palette_and_few_bits_are_read()
    {
        DecodedImage palette = await Decode(PngFile.Write(3, 1, 8, PngFile.Palette, [1, 0, 1], [10, 10, 10, 250, 250, 250]));
        DecodedImage oneBit = await Decode(PngFile.Write(8, 1, 1, PngFile.Gray, [0b10100000]));

        Assert.Equal([250, 10, 250], palette.Planes[0].Pixels);
        Assert.Equal([255, 0, 255, 0, 0, 0, 0, 0], oneBit.Planes[0].Pixels);
    }

    [Fact]
    public async Task Progressive_and_four_ink_JPEGs_are_read()
    {
        foreach (byte[] jpeg in new[] { JpegFile.Progressive, JpegFile.Cmyk })
        {
            GrayImage image = (await Decode(jpeg)).Planes[0];

            Assert.Equal((16, 16), (image.Width, image.Height));
            Assert.True(image.Pixels[0] < 40 && image.Pixels[15] > 200, $"{image.Pixels[0]} to {image.Pixels[15]}");
        }
    }

    // Where the black, the white and the middle of the grey half stand, in sixteenths of the image.
    [Theory]
    [InlineData(1, 4, 4, 12, 4)]
    [InlineData(2, 12, 4, 4, 4)]
    [InlineData(3, 12, 12, 4, 12)]
    [InlineData(4, 4, 12, 12, 12)]
    [InlineData(5, 4, 4, 4, 12)]
    [InlineData(6, 12, 4, 12, 12)]
    [InlineData(7, 12, 12, 12, 4)]
    [InlineData(8, 4, 12, 4, 4)]
    public async Task A_JPEG_is_turned_as_its_EXIF_says(byte orientation, int blackX, int blackY, int whiteX, int whiteY)
    {
        GrayImage image = (await Decode(JpegFile.WithOrientation(JpegFile.Write(64, 32), orientation))).Planes[0];

        byte At(int x, int y) => image.Pixels[y * image.Height / 16 * image.Width + x * image.Width / 16];
        Assert.Equal(orientation >= 5 ? (32, 64) : (64, 32), (image.Width, image.Height));
        Assert.InRange(At(blackX, blackY), 0, 10);
        Assert.InRange(At(whiteX, whiteY), 245, 255);
        Assert.InRange(At(16 - blackX, 16 - blackY), 118, 138);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_PNG_is_turned_as_its_EXIF_says(bool isLittleEndian, bool isLast)
    {
        byte[] gray = [1, 2, 3, 4, 5, 6]; // three wide, two high
        byte[][] upright =
        [
            gray,
            [3, 2, 1, 6, 5, 4],
            [6, 5, 4, 3, 2, 1],
            [4, 5, 6, 1, 2, 3],
            [1, 4, 2, 5, 3, 6],
            [4, 1, 5, 2, 6, 3],
            [6, 3, 5, 2, 4, 1],
            [3, 6, 2, 5, 1, 4],
        ];
        foreach ((int i, byte[] expected) in upright.Index())
        {
            DecodedImage decoded = await Decode(
                PngFile.Write(3, 2, 8, PngFile.Gray, gray, exif: PngFile.Exif((byte)(i + 1), isLittleEndian), isExifLast: isLast));

            Assert.Equal(expected, decoded.Planes[0].Pixels);
            Assert.Equal(i < 4 ? (3, 2) : (2, 3), (decoded.Width, decoded.Height));
        }
    }

    [Fact]
    public async Task An_EXIF_chunk_that_says_nothing_turns_nothing()
    {
        byte[] gray = [1, 2, 3, 4, 5, 6],
            sound = PngFile.Exif(6);
        foreach (byte[] exif in (byte[][])
                [
                    [],
                    sound[..7],
                    sound[..12],
                    [.. sound[..4], 255, 255, 255, 255, .. sound[8..]],
                    PngFile.Exif(9),
                    PngFile.Exif(0),
                ])
        {
            Assert.Equal(gray, (await Decode(PngFile.Write(3, 2, 8, PngFile.Gray, gray, exif: exif))).Planes[0].Pixels);
        }
    }

    [Fact]
    public async Task Anything_but_PNG_and_JPEG_is_unsupported()
    {
        foreach (byte[] data in new[]
            {
                [],
                "not an image"u8.ToArray(),
                "GIF89a"u8.ToArray(),
                "RIFF0000WEBPVP8 "u8.ToArray(),
                [0xff, 0xd8],
                [0x89, 0x50],
            })
        {
            AssertRefused(
                ProblemType.UnsupportedMediaType,
                await _decoder.DecodeAsync(data, channels: 1, AnyMemory.New(), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task An_image_cut_short_anywhere_is_damaged()
    {
        byte[] png = PngFile.Write(28, 28, 8, PngFile.Gray, Ramp(784));
        byte[] jpeg = JpegFile.Write(64, 48, inColor: true);

        foreach (byte[] whole in new[] { png, jpeg })
        {
            for (int length = 8; length < whole.Length * 9 / 10; length += 7)
            {
                AssertRefused(
                    ProblemType.ImageUnusable,
                    await _decoder.DecodeAsync(
                        whole.AsMemory(0, length),
                        channels: 1,
                        AnyMemory.New(),
                        TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public async Task A_JPEG_without_its_end_marker_is_taken_where_all_of_its_pixels_are_there()
    {
        foreach (byte[] whole in new[] { JpegFile.Write(64, 48, inColor: true), JpegFile.Write(70, 50), JpegFile.Progressive })
        {
            byte[] pixels = (await Decode(whole)).Planes[0].Pixels;
            foreach (byte[] ended in (byte[][])[whole[..^2], whole[..^1], [.. whole[..^2], 0, 0, 0]])
            {
                Result<DecodedImage, ProblemHttpResult> decoding = await _decoder.DecodeAsync(
                    ended,
                    channels: 1,
                    AnyMemory.New(),
                    TestContext.Current.CancellationToken);
                Assert.Equal(pixels, decoding.Value().Planes[0].Pixels);
            }
        }
    }

    [Fact]
    public async Task A_JPEG_whose_end_marker_stands_in_for_missing_pixels_is_damaged()
    {
        byte[] whole = JpegFile.Write(640, 480, inColor: true);
        foreach (int length in new[] { whole.Length / 2, whole.Length * 3 / 4 })
        {
            AssertRefused(
                ProblemType.ImageUnusable,
                await _decoder.DecodeAsync(
                    (byte[])[.. whole[..length], 0xff, 0xd9],
                    channels: 1,
                    AnyMemory.New(),
                    TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(8000, 8000, false)]
    [InlineData(16_384, 3_000, false)]
    [InlineData(6_000, 6_000, true)]
    [InlineData(2_000, 16_384, true)]
    public async Task A_large_image_is_taken_and_comes_out_small(int width, int height, bool isPng)
    {
        byte[] file = isPng
            ? PngFile.Write(width, height, 1, PngFile.Gray, new byte[(width + 7) / 8 * height])
            : JpegFile.Write(width, height);

        DecodedImage decoded = await Decode(file);

        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.InRange(
            Math.Max(decoded.Planes[0].Width, decoded.Planes[0].Height),
            DigitPreparation.WorkingSide / 2,
            DigitPreparation.WorkingSide);
        Assert.Equal((double)width / height, (double)decoded.Planes[0].Width / decoded.Planes[0].Height, 0.02 * width / height);
    }

    [Fact]
    public async Task What_takes_more_memory_than_all_decodings_may_hold_is_refused_at_once()
    {
        using ImageDecoder strict = new ImageDecoder(new ImageLimits { DecodingBytes = 1000 });
        byte[] progressive = JpegFile.Progressive, png = PngFile.Write(20, 20, 8, PngFile.Color, new byte[1200]);

        foreach (byte[] file in new[] { progressive, png })
        {
            string reason = AssertRefused(
                ProblemType.ImageTooLarge,
                await strict.DecodeAsync(file, channels: 1, AnyMemory.New(), TestContext.Current.CancellationToken));
            Assert.Contains("Limits:DecodingBytes", reason, StringComparison.Ordinal);
        }

        (await strict.DecodeAsync(JpegFile.Write(16, 16), channels: 1, AnyMemory.New(), TestContext.Current.CancellationToken)).Value();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 28)]
    [InlineData(28, 0)]
    [InlineData(-5, 28)]
    public async Task An_image_without_pixels_is_damaged(int width, int height) =>
        AssertRefused(
            ProblemType.ImageUnusable,
            await _decoder.DecodeAsync(
                PngFile.WriteBomb(width, height),
                channels: 1,
                AnyMemory.New(),
                TestContext.Current.CancellationToken));

    [Theory]
    [InlineData(30_000, 30_000)]
    [InlineData(16_385, 1)]
    [InlineData(6_000, 6_001)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task An_image_beyond_the_limits_is_refused_by_its_header_at_once(int width, int height)
    {
        byte[] bomb = PngFile.WriteBomb(width, height);
        await _decoder.DecodeAsync(bomb, channels: 1, AnyMemory.New(), TestContext.Current.CancellationToken);

        var watch = Stopwatch.StartNew();
        Result<DecodedImage, ProblemHttpResult> refused = await _decoder.DecodeAsync(
            bomb,
            channels: 1,
            AnyMemory.New(),
            TestContext.Current.CancellationToken);

        Assert.StartsWith(
            $"The image is {width}×{height}; at most 16384 a side and 36000000 pixels are taken of a PNG.",
            AssertRefused(ProblemType.ImageTooLarge, refused),
            StringComparison.Ordinal);
        Assert.True(watch.ElapsedMilliseconds < 20, $"{watch.Elapsed}");
    }

    [Fact]
    public async Task A_JPEG_beyond_the_limits_is_refused_by_its_header()
    {
        using ImageDecoder strict = new ImageDecoder(new ImageLimits { MaxSide = 63 });

        Result<DecodedImage, ProblemHttpResult> refused = await strict.DecodeAsync(
            JpegFile.Write(64, 32),
            channels: 1,
            AnyMemory.New(),
            TestContext.Current.CancellationToken);

        Assert.StartsWith("The image is 64×32;", AssertRefused(ProblemType.ImageTooLarge, refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_left_does_not_wait_for_a_turn()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _decoder.DecodeAsync(JpegFile.Progressive, channels: 1, AnyMemory.New(), left.Token));
    }

    /// <returns>The problem's detail.</returns>
    private static string AssertRefused(ProblemType type, Result<DecodedImage, ProblemHttpResult> decoding)
    {
        ProblemDetails problem = decoding.Fault().ProblemDetails;
        Assert.Equal(type.Urn, problem.Type);
        return problem.Detail!;
    }

    private async Task<DecodedImage> Decode(byte[] data, int channels = 1) =>
        (await _decoder.DecodeAsync(data, channels, AnyMemory.New(), TestContext.Current.CancellationToken)).Value();

    private static byte[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7))];
}
