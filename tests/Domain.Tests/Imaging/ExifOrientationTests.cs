using AutoencoderApi.Domain.Imaging;
using Xunit;

namespace AutoencoderApi.Domain.Tests.Imaging;

public sealed class ExifOrientationTests
{
    // Each is how a camera stores the image 1 2 3 / 4 5 6 when it names that orientation.
    [Theory]
    [InlineData(1, 3, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(2, 3, new byte[] { 3, 2, 1, 6, 5, 4 })]
    [InlineData(3, 3, new byte[] { 6, 5, 4, 3, 2, 1 })]
    [InlineData(4, 3, new byte[] { 4, 5, 6, 1, 2, 3 })]
    [InlineData(5, 2, new byte[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData(6, 2, new byte[] { 3, 6, 2, 5, 1, 4 })]
    [InlineData(7, 2, new byte[] { 6, 3, 5, 2, 4, 1 })]
    [InlineData(8, 2, new byte[] { 4, 1, 5, 2, 6, 3 })]
    public void Every_orientation_is_turned_upright(int orientation, int storedWidth, byte[] stored)
    {
        GrayImage upright = ExifOrientation.Apply(new GrayImage(storedWidth, 6 / storedWidth, stored), orientation);

        Assert.Equal((3, 2), (upright.Width, upright.Height));
        Assert.Equal([1, 2, 3, 4, 5, 6], upright.Pixels);
    }
}
