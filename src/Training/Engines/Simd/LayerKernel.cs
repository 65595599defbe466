using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>One layer of a network on one image, between the signal it reads and the one it makes.</summary>
internal abstract class LayerKernel
{
    public abstract void Forward();

    /// <summary>From the output's gradient the input's, and the weights' added to what is there.</summary>
    public abstract void Backward();
}

internal sealed class MaxPoolLayer(ActivationBuffer input, ActivationBuffer output) : LayerKernel
{
    public override void Forward() => Pooling.Max(input.Value, output.Value);

    public override void Backward() => Pooling.Spread(input.Value, output.Value, output.Gradient, input.Gradient);
}

/// <param name="unpooled">What the pooling read.</param>
/// <param name="pooled">What it made of it.</param>
internal sealed class SwitchUnpoolLayer(ActivationBuffer input, ActivationBuffer output, FeatureMapBuffer unpooled, FeatureMapBuffer pooled)
    : LayerKernel
{
    public override void Forward() => Pooling.Spread(unpooled, pooled, input.Value, output.Value);

    public override void Backward() => Pooling.Gather(unpooled, pooled, output.Gradient, input.Gradient);
}

internal sealed class ZeroUnpoolLayer(ActivationBuffer input, ActivationBuffer output) : LayerKernel
{
    public override void Forward() => Upsampling.ZeroFill(input.Value, output.Value);

    public override void Backward() => Upsampling.ZeroFillTranspose(output.Gradient, input.Gradient);
}

internal sealed class NearestUnpoolLayer(ActivationBuffer input, ActivationBuffer output) : LayerKernel
{
    public override void Forward() => Upsampling.Nearest(input.Value, output.Value);

    public override void Backward() => Upsampling.NearestTranspose(output.Gradient, input.Gradient);
}
