using System.Diagnostics;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Images;
using Xunit;

namespace AutoencoderApi.Api.Tests.Images;

public sealed class PictureDecoderTests : IDisposable
{
    private readonly PictureDecoder _decoder = new(new PictureLimits());

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task Gray_of_8_bits_keeps_its_bytes()
    {
        byte[] gray = Ramp(28 * 28);

        PictureDecoding.Decoded decoded = await Decode(PngFile.Write(28, 28, 8, PngFile.Gray, gray));

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

        PictureDecoding.Decoded decoded = await Decode(PngFile.Write(16, 16, 8, PngFile.Color, [.. gray.SelectMany(v => new[] { v, v, v })]));

        Assert.True(decoded.WasGray);
        Assert.Equal(gray, decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task Colour_is_weighed_by_Rec_601()
    {
        PictureDecoding.Decoded decoded = await Decode(PngFile.Write(4, 1, 8, PngFile.Color, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]));

        Assert.False(decoded.WasGray);
        Assert.Equal([76, 150, 29, 255], decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task Transparency_is_laid_on_black_and_is_not_plain_gray()
    {
        PictureDecoding.Decoded color = await Decode(PngFile.Write(3, 1, 8, PngFile.ColorAlpha, [255, 255, 255, 0, 200, 200, 200, 128, 90, 90, 90, 255]));
        PictureDecoding.Decoded gray = await Decode(PngFile.Write(3, 1, 8, PngFile.GrayAlpha, [255, 0, 200, 128, 90, 255]));

        Assert.False(color.WasGray);
        Assert.False(gray.WasGray);
        Assert.Equal([0, 100, 90], color.Planes[0].Pixels);
        Assert.Equal([0, 100, 90], gray.Planes[0].Pixels);
    }

    [Fact]
    public async Task Sixteen_bits_are_halved()
    {
        PictureDecoding.Decoded decoded = await Decode(PngFile.Write(3, 1, 16, PngFile.Gray, [0, 0, 0x80, 0x80, 0xff, 0xff]));

        Assert.Equal([0, 128, 255], decoded.Planes[0].Pixels);
    }

    [Fact]
    public async Task A_palette_and_few_bits_are_read()
    {
        PictureDecoding.Decoded palette = await Decode(PngFile.Write(3, 1, 8, PngFile.Palette, [1, 0, 1], [10, 10, 10, 250, 250, 250]));
        PictureDecoding.Decoded oneBit = await Decode(PngFile.Write(8, 1, 1, PngFile.Gray, [0b10100000]));

        Assert.Equal([250, 10, 250], palette.Planes[0].Pixels);
        Assert.Equal([255, 0, 255, 0, 0, 0, 0, 0], oneBit.Planes[0].Pixels);
    }

    [Fact]
    public async Task Progressive_and_four_ink_JPEGs_are_read()
    {
        foreach (byte[] jpeg in new[] { JpegFile.Progressive, JpegFile.Cmyk })
        {
            GrayPicture picture = (await Decode(jpeg)).Planes[0];

            Assert.Equal((16, 16), (picture.Width, picture.Height));
            Assert.True(picture.Pixels[0] < 40 && picture.Pixels[15] > 200, $"{picture.Pixels[0]} to {picture.Pixels[15]}");
        }
    }

    // Where the black, the white and the middle of the grey half stand, in sixteenths of the picture.
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
        GrayPicture picture = (await Decode(JpegFile.WithOrientation(JpegFile.Write(64, 32), orientation))).Planes[0];

        byte At(int x, int y) => picture.Pixels[y * picture.Height / 16 * picture.Width + x * picture.Width / 16];
        Assert.Equal(orientation >= 5 ? (32, 64) : (64, 32), (picture.Width, picture.Height));
        Assert.InRange(At(blackX, blackY), 0, 10);
        Assert.InRange(At(whiteX, whiteY), 245, 255);
        Assert.InRange(At(16 - blackX, 16 - blackY), 118, 138);
    }

    [Fact]
    public async Task Anything_but_PNG_and_JPEG_is_unsupported()
    {
        foreach (byte[] data in new[] { [], "not a picture"u8.ToArray(), "GIF89a"u8.ToArray(), "RIFF0000WEBPVP8 "u8.ToArray(), [0xff, 0xd8], [0x89, 0x50] })
        {
            Assert.IsType<PictureDecoding.UnsupportedType>(await _decoder.DecodeAsync(data, channels: 1, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_picture_cut_short_anywhere_is_damaged()
    {
        byte[] png = PngFile.Write(28, 28, 8, PngFile.Gray, Ramp(784));
        byte[] jpeg = JpegFile.Write(64, 48, inColor: true);

        foreach (byte[] whole in new[] { png, jpeg })
        {
            for (int length = 8; length < whole.Length * 9 / 10; length += 7)
            {
                Assert.IsType<PictureDecoding.Damaged>(await _decoder.DecodeAsync(whole.AsMemory(0, length), channels: 1, TestContext.Current.CancellationToken));
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 28)]
    [InlineData(28, 0)]
    [InlineData(-5, 28)]
    public async Task A_picture_without_pixels_is_damaged(int width, int height) => Assert.IsType<PictureDecoding.Damaged>(
        await _decoder.DecodeAsync(PngFile.WriteBomb(width, height), channels: 1, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData(30_000, 30_000)]
    [InlineData(8193, 1)]
    [InlineData(5000, 4801)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task A_picture_beyond_the_limits_is_refused_by_its_header_at_once(int width, int height)
    {
        byte[] bomb = PngFile.WriteBomb(width, height);
        await _decoder.DecodeAsync(bomb, channels: 1, TestContext.Current.CancellationToken);

        var watch = Stopwatch.StartNew();
        PictureDecoding refused = await _decoder.DecodeAsync(bomb, channels: 1, TestContext.Current.CancellationToken);

        Assert.Equal(new PictureDecoding.TooLarge(width, height, new PictureLimits()), refused);
        Assert.True(watch.ElapsedMilliseconds < 20, $"{watch.Elapsed}");
    }

    [Fact]
    public async Task A_JPEG_beyond_the_limits_is_refused_by_its_header()
    {
        using var strict = new PictureDecoder(new PictureLimits { MaxSide = 63 });

        PictureDecoding refused = await strict.DecodeAsync(JpegFile.Write(64, 32), channels: 1, TestContext.Current.CancellationToken);

        Assert.Equal((64, 32), refused is PictureDecoding.TooLarge large ? (large.Width, large.Height) : default);
    }

    [Fact]
    public async Task A_caller_who_left_does_not_wait_for_a_turn()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _decoder.DecodeAsync(JpegFile.Progressive, channels: 1, left.Token));
    }

    private async Task<PictureDecoding.Decoded> Decode(byte[] data) =>
        Assert.IsType<PictureDecoding.Decoded>(await _decoder.DecodeAsync(data, channels: 1, TestContext.Current.CancellationToken));

    private static byte[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7))];
}
