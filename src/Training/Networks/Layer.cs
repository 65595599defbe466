using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>One stage of a network on one picture, between the signal it reads and the one it makes.</summary>
internal abstract class Layer
{
    public abstract void Forward();

    /// <summary>From the output's gradient the input's, and the weights' added to what is there.</summary>
    public abstract void Backward();
}

internal sealed class MaxPoolLayer(Signal input, Signal output) : Layer
{
    public override void Forward() => Pooling.Max(input.Values, output.Values);

    public override void Backward() => Pooling.Spread(input.Values, output.Values, output.Gradient, input.Gradient);
}

/// <param name="unpooled">What the pooling read.</param>
/// <param name="pooled">What it made of it.</param>
internal sealed class SwitchUnpoolLayer(Signal input, Signal output, Map unpooled, Map pooled) : Layer
{
    public override void Forward() => Pooling.Spread(unpooled, pooled, input.Values, output.Values);

    public override void Backward() => Pooling.Gather(unpooled, pooled, output.Gradient, input.Gradient);
}

internal sealed class ZeroUnpoolLayer(Signal input, Signal output) : Layer
{
    public override void Forward() => Enlarging.ZeroFill(input.Values, output.Values);

    public override void Backward() => Enlarging.ZeroFillTranspose(output.Gradient, input.Gradient);
}

internal sealed class NearestUnpoolLayer(Signal input, Signal output) : Layer
{
    public override void Forward() => Enlarging.Nearest(input.Values, output.Values);

    public override void Backward() => Enlarging.NearestTranspose(output.Gradient, input.Gradient);
}
