using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines.Torch;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Tests;

public sealed class UnpoolingTests
{
    [Fact]
    public void Zero_fill_puts_the_value_top_left_and_nearest_repeats_it()
    {
        using var scope = NewDisposeScope();
        Tensor x = arange(1, 5, ScalarType.Float32).view(1, 1, 2, 2);
        Assert.Equal([1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0], Unpooling.ZeroFill(x).data<float>().ToArray());
        Assert.Equal([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], Unpooling.Nearest(x).data<float>().ToArray());
    }

    [Fact]
    public void Switches_put_each_maximum_back_where_it_was()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        Tensor x = rand(3, 4, 6, 8, generator: random);
        (Tensor pooled, Tensor switches) = nn.functional.max_pool2d_with_indices(x, [2, 2], [2, 2], null, null);
        Tensor restored = Unpooling.ToSwitches(pooled, switches);
        Assert.True(where(restored.ne(0), restored.eq(x), ones_like(x, ScalarType.Bool)).all().item<bool>());
        Assert.Equal(pooled.numel(), restored.count_nonzero().item<long>());
    }

    [Fact]
    public void The_gradient_of_each_unpooling_is_its_adjoint()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        Tensor image = rand(2, 3, 8, 8, generator: random);
        (_, Tensor switches) = nn.functional.max_pool2d_with_indices(image, [2, 2], [2, 2], null, null);
        foreach (Func<Tensor, Tensor> unpool in (Func<Tensor, Tensor>[])
                [Unpooling.ZeroFill, Unpooling.Nearest, x => Unpooling.ToSwitches(x, switches)])
        {
            Tensor x = randn(2, 3, 4, 4, requires_grad: true, generator: random);
            Tensor y = randn(2, 3, 8, 8, generator: random), direction = randn(2, 3, 4, 4, generator: random);
            (unpool(x) * y).sum().backward();
            double expected = (unpool(direction) * y).sum().item<float>(); // linear: its derivative along a direction is itself there
            Assert.Equal(expected, (x.grad! * direction).sum().item<float>(), 1e-3);
        }
    }
}
