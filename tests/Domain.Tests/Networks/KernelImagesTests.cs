using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests.Networks;

public sealed class KernelImagesTests
{
    /// <summary>Two channels, then three; 9, then 6 units. The weights are 0, 1, 2, ... in the order of the file.</summary>
    [Theory]
    [InlineData(Architecture.Strided, "conv1", "0→0 0→1", 3, 3)]
    [InlineData(Architecture.Strided, "code", "0→0 1→0 0→1 1→1 0→2 1→2", 3, 3)]
    [InlineData(Architecture.Strided, "deconv1", "0→0 0→1 1→0 1→1 2→0 2→1", 3, 3)]
    [InlineData(Architecture.Strided, "output", "0→0 1→0", 3, 3)]
    [InlineData(Architecture.Dense, "hidden1", "→0 →1 →2 →3 →4 →5 →6 →7 →8", 28, 28)]
    [InlineData(Architecture.Dense, "code", "→", 6, 9)]
    [InlineData(Architecture.Dense, "hidden2", "→", 9, 6)]
    public void Kernels_stand_in_the_order_of_the_file_and_tell_their_ends(
        Architecture architecture,
        string layer,
        string ends,
        int height,
        int width)
    {
        KernelImages kernels = Of(architecture, layer);
        Assert.Equal(ends, string.Join(' ', kernels.Ends.Select(each => $"{each.From}→{each.To}")));
        Assert.Equal((height, width), (kernels.Height, kernels.Width));
        Assert.Equal(Enumerable.Range(0, kernels.Ends.Count * height * width).Select(i => (float)i), kernels.Values);
    }

    [Fact]
    public void A_dense_layer_that_draws_the_image_has_a_map_of_it_for_each_unit()
    {
        KernelImages kernels = Of(Architecture.Dense, "output");
        Assert.Equal("0→ 1→ 2→ 3→ 4→ 5→ 6→ 7→ 8→", string.Join(' ', kernels.Ends.Select(each => $"{each.From}→{each.To}")));
        Assert.Equal((28, 28), (kernels.Height, kernels.Width));
        Assert.Equal(Enumerable.Range(0, 784).Select(pixel => (9f * pixel) + 4), kernels.Values[(4 * 784)..(5 * 784)]);
    }

    [Theory]
    [InlineData(Architecture.Strided, "conv1", "0→0 1→0 2→0 0→1 1→1 2→1", 3)]
    [InlineData(Architecture.Dense, "hidden1", "0→0 1→0 2→0 0→1 1→1 2→1", 3)]
    [InlineData(Architecture.Dense, "output", "0→0 0→1 0→2 1→0 1→1 1→2", 3)]
    public void A_layer_beside_a_colour_image_has_a_map_for_each_colour(Architecture architecture, string layer, string ends, int perUnit)
    {
        KernelImages kernels = Of(architecture, layer, [3, 8, 12]);
        Assert.Equal(ends, string.Join(' ', kernels.Ends.Take(6).Select(each => $"{each.From}→{each.To}")));
        Assert.Equal(perUnit, kernels.PerUnit);
        Assert.Equal(kernels.Values.Length, kernels.Ends.Count * kernels.Height * kernels.Width);
    }

    private static KernelImages Of(Architecture architecture, string layer, int[]? imageShape = null)
    {
        Layer stage = NetworkDefinition
            .For(
                TrainingSettings.For(architecture, "mnist") with
                {
                    ImageShape = imageShape ?? [1, 28, 28],
                    Channels = [2, 3],
                    KernelSize = 3,
                    DenseWidths = [9, 6],
                })
            .Find(layer)!;
        KernelImages kernels = KernelImages.Of(stage, [.. Enumerable.Range(0, stage.Parameters[0].Count).Select(i => (float)i)]);
        Assert.Equal(stage.Parameters[0].Shape, kernels.WeightShape);
        return kernels;
    }
}
