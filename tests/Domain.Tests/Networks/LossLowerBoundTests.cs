using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Domain.Tests.Networks;

public sealed class LossLowerBoundTests
{
    // One 2×2 image: 255 in the corner, 51 beside it.
    private static readonly DatasetSplit s_block = new(new TensorShape(1, 2, 2), new byte[] { 255, 51, 0, 0 }, new byte[1]);

    [Theory]
    [InlineData(Architecture.Strided, 0)]
    [InlineData(Architecture.SwitchUnpool, 0)]
    [InlineData(Architecture.Dense, 0)]
    [InlineData(Architecture.ZeroUnpool, 0.01)] // 0.2² / 4
    [InlineData(Architecture.NearestUnpool, 0.17)] // mean 0.3: (0.7² + 0.1² + 2 · 0.3²) / 4
    public void Zero_fill_loses_three_pixels_of_a_block_and_nearest_neighbour_their_differences(Architecture architecture, double loss) =>
        Assert.Equal(loss, LossLowerBound.Of(architecture, s_block), 12);

    [Theory]
    [InlineData(Architecture.ZeroUnpool, 0.0855016)]
    [InlineData(Architecture.NearestUnpool, 0.0163589)]
    public void On_the_test_digits_of_MNIST_it_is_what_was_measured_beside_the_article(Architecture architecture, double loss) =>
        Assert.Equal(loss, LossLowerBound.Of(architecture, MnistFolder.Load().Test), 7);
}
