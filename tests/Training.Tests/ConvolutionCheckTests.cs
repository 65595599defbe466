using AutoencoderApi.Training.Engines.Torch;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Tests;

/// <summary>Alone: what is set here holds for the process, and other runs would get other bits by it.</summary>
[CollectionDefinition(nameof(ConvolutionCheckTests), DisableParallelization = true)]
[Collection(nameof(ConvolutionCheckTests))]
public sealed class ConvolutionCheckTests
{
    [Fact]
    public void The_convolutions_of_libtorch_are_right_on_this_machine() => Assert.Null(ConvolutionCheck.Run());

    [Fact]
    public void They_are_right_without_onednn_too()
    {
        try
        {
            Assert.True(ConvolutionCheck.TrySetOneDnn(isEnabled: false));
            Assert.Null(ConvolutionCheck.Run());
        }
        finally
        {
            ConvolutionCheck.TrySetOneDnn(isEnabled: true);
        }
    }

    [Fact]
    public void Convolutions_that_are_wrong_in_one_place_are_found()
    {
        Assert.True(ConvolutionCheck.AreRight((x, weight, stride) => nn.functional.conv2d(x, weight, strides: [stride, stride])));
        Assert.False(ConvolutionCheck.AreRight((x, weight, stride) =>
        {
            Tensor maps = nn.functional.conv2d(x, weight, strides: [stride, stride]);
            Tensor wrong = zeros_like(maps);
            wrong[0, 0, 1, 1] = 0.5;
            return maps + wrong;
        }));
    }

    [Fact]
    public void Gradients_that_are_wrong_are_found() => Assert.False(ConvolutionCheck.AreRight(
        (x, weight, stride) => nn.functional.conv2d(x, (weight * 1.001) - (weight.detach() * 0.001), strides: [stride, stride])));
}
