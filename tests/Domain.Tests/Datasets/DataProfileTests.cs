using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class DataProfileTests
{
    [Theory]
    [InlineData(0, Background.Dark)]
    [InlineData(1, Background.Dark)]
    [InlineData(5, Background.Mixed)]
    [InlineData(10, Background.Light)]
    public void The_background_is_what_most_of_ten_images_have(int light, Background background)
    {
        byte[] pixels = [.. Enumerable.Range(0, 10 * 64).Select(i => (i / 64 < light) == (i % 64 != 27) ? (byte)204 : (byte)51)];

        DataProfile profile = DataProfile.Of(new DatasetSplit(new(1, 8, 8), pixels, new byte[10]));

        Assert.Equal(background, profile.Background);
        Assert.Equal([0.2, 0.8], profile.Range);
    }
}
