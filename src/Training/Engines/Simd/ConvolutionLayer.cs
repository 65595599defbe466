using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <param name="gradient">The workspace's sum for this layer: of the weights [.., 16], then of the bias; null where nothing is
/// trained.</param>
/// <param name="isFirst">Whether nobody wants the gradient of the input.</param>
internal sealed unsafe class ConvolutionLayer(
    ConvolutionWeights weights, ActivationBuffer input, ActivationBuffer output, Activation activation, float* gradient, bool isFirst)
        : LayerKernel
{
    private static readonly AlignedFloats s_noBias = new(64);

    private readonly Im2Col? _columns = weights.IsSingle
        ? new Im2Col(input.Value, output.Value.Height, weights.Kernel, weights.Stride)
        : null;

    private FeatureMapBuffer X => _columns?.Map ?? input.Value;

    public override void Forward()
    {
        _columns?.Fill(input.Value);
        weights.Convolution.Convolve(X, output.Value, weights.Bias);
        Elementwise.Activate(activation, output.Value);
    }

    public override void Backward()
    {
        Elementwise.MultiplyByDerivative(activation, output.Value, output.Gradient);
        weights.Convolution.AddWeightGradient(X, output.Gradient, gradient);
        if (weights.HasBias)
        {
            Elementwise.AddBiasGradient(output.Gradient, gradient + weights.Convolution.GradientSource.Length);
        }

        if (!isFirst)
        {
            weights.Convolution.Transpose(output.Gradient, input.Gradient, s_noBias.Data);
        }
    }
}

/// <param name="gradient">The workspace's sum for this layer: of the weights [.., 16], then of the bias; null where nothing is
/// trained.</param>
internal sealed unsafe class TransposedConvolutionLayer(
    ConvolutionWeights weights, ActivationBuffer input, ActivationBuffer output, Activation activation, float* gradient) : LayerKernel
{
    private static readonly AlignedFloats s_noBias = new(64);

    private readonly Im2Col? _columns = weights.IsSingle
        ? new Im2Col(output.Value, input.Value.Height, weights.Kernel, weights.Stride)
        : null;

    public override void Forward()
    {
        weights.Convolution.Transpose(input.Value, output.Value, weights.Bias);
        Elementwise.Activate(activation, output.Value);
    }

    public override void Backward()
    {
        Elementwise.MultiplyByDerivative(activation, output.Value, output.Gradient);
        if (weights.HasBias)
        {
            Elementwise.AddBiasGradient(output.Gradient, gradient + weights.Convolution.GradientSource.Length);
        }

        _columns?.Fill(output.Gradient);
        FeatureMapBuffer x = _columns?.Map ?? output.Gradient;
        weights.Convolution.AddWeightGradient(x, input.Value, gradient);
        weights.Convolution.Convolve(x, input.Gradient, s_noBias.Data);
    }
}
