using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Tests;
using SkiaSharp;
using Xunit;

namespace AutoencoderApi.Api.Tests.Images;

public sealed class PngEncoderTests
{
    [Fact]
    public async Task Gray_is_written_as_8_bit_gray_and_comes_back_byte_for_byte()
    {
        byte[] gray = [.. Enumerable.Range(0, 31 * 17).Select(i => (byte)(i * 11))];

        byte[] png = PngEncoder.Encode(ImageMontage.Enlarged(InterleavedImage.FromPlanes(new(1, 17, 31), gray), 1));

        Assert.Equal((8, PngFile.Gray), (png[24], png[25]));
        using ImageDecoder decoder = new ImageDecoder(new ImageLimits());
        var decoded = (await decoder.DecodeAsync(png, channels: 1, AnyMemory.New(), TestContext.Current.CancellationToken)).Value();
        Assert.True(decoded.WasGray);
        Assert.Equal(gray, decoded.Planes[0].Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_that_repeat_come_back_as_often_as_they_were_drawn(int channels)
    {
        var canvas = new Canvas(16, 8, channels);
        canvas.Draw([.. Enumerable.Range(0, 4 * 2 * channels).Select(i => (byte)(i * 37))], 4, 0, 0, scale: 4);

        using SKBitmap bitmap = SKBitmap.Decode(PngEncoder.Encode(canvas));

        Assert.Equal(canvas.Pixels, bitmap.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue }.Take(channels)));
    }

    [Fact]
    public void Colour_is_written_as_24_bits_and_comes_back_byte_for_byte()
    {
        var canvas = new Canvas(3, 1, 3);
        byte[] colors = [1, 2, 3, 254, 128, 0, 9, 99, 199];
        canvas.Draw(colors, 3, 0, 0, 1);

        byte[] png = PngEncoder.Encode(canvas);

        Assert.Equal((8, PngFile.Color), (png[24], png[25]));
        using SKBitmap bitmap = SKBitmap.Decode(png);
        Assert.Equal(colors, bitmap.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_animation_is_a_still_PNG_of_its_first_frame_with_the_others_behind_it(int channels)
    {
        Canvas[] frames = [.. Enumerable.Range(0, 3).Select(frame =>
        {
            var canvas = new Canvas(5, 4, channels);
            canvas.Draw([.. Enumerable.Range(0, 20 * channels).Select(i => (byte)((i * 37) + (frame * 50)))], 5, 0, 0, scale: 1);
            return canvas;
        })];
        byte[] png = PngEncoder.Animate(frames, [500, 20, 2_000]);

        using SKBitmap still = SKBitmap.Decode(png);
        Assert.Equal(frames[0].Pixels, still.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue }.Take(channels)));
        AnimatedPng animation = AnimatedPng.Read(png);
        Assert.Equal(0, animation.Plays);
        Assert.Equal([500, 20, 2_000], animation.Frames.Select(frame => frame.Milliseconds));
        Assert.Equal(frames.Select(PngEncoder.Encode), animation.Frames.Select(frame => frame.Png));
    }
}
