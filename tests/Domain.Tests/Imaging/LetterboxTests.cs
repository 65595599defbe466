using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Domain.Tests.Imaging;

public sealed class LetterboxTests
{
    [Fact]
    public void An_image_of_the_frames_size_comes_out_as_it_is()
    {
        GrayImage image = White(12, 20);
        Assert.Same(image, Letterbox.Fit(image, 12, 20));
    }

    [Theory]
    [InlineData(40, 20, 20, 12, 20, 10)] // wider than the frame: black above and below
    [InlineData(6, 12, 20, 12, 6, 12)] // narrower: black on both sides
    [InlineData(1, 500, 8, 8, 1, 8)]
    [InlineData(5, 3, 20, 12, 20, 12)] // enlarged
    public void Any_other_keeps_its_proportions_in_the_middle_on_black(
        int width,
        int height,
        int frameWidth,
        int frameHeight,
        int shownWidth,
        int shownHeight)
    {
        GrayImage framed = Letterbox.Fit(White(width, height), frameWidth, frameHeight);
        Assert.Equal((frameWidth, frameHeight), (framed.Width, framed.Height));
        (int left, int top) = ((frameWidth - shownWidth) / 2, (frameHeight - shownHeight) / 2);
        for (int y = 0; y < frameHeight; y++)
        {
            for (int x = 0; x < frameWidth; x++)
            {
                bool shown = x >= left && x < left + shownWidth && y >= top && y < top + shownHeight;
                Assert.Equal(shown ? 255 : 0, framed.Pixels[(y * frameWidth) + x]);
            }
        }
    }

    private static GrayImage White(int width, int height) => new(width, height, [.. Enumerable.Repeat((byte)255, width * height)]);
}
