using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <param name="gradient">The lane's sum for this stage: of the weights [.., 16], then of the bias; null where nothing is trained.</param>
/// <param name="isFirst">Whether nobody wants the gradient of the input.</param>
internal sealed unsafe class ConvolutionLayer(
    ConvolutionWeights weights, Signal input, Signal output, Activation activation, float* gradient, bool isFirst) : Layer
{
    private static readonly AlignedFloats s_noBias = new(64);

    private readonly Columns? _columns = weights.IsSingle
        ? new Columns(input.Values, output.Values.Height, weights.Kernel, weights.Stride)
        : null;

    private Map X => _columns?.Map ?? input.Values;

    public override void Forward()
    {
        _columns?.Fill(input.Values);
        weights.Convolution.Convolve(X, output.Values, weights.Bias);
        Pointwise.Activate(activation, output.Values);
    }

    public override void Backward()
    {
        Pointwise.MultiplyByDerivative(activation, output.Values, output.Gradient);
        weights.Convolution.AddWeightGradient(X, output.Gradient, gradient);
        if (weights.HasBias)
        {
            Pointwise.AddBiasGradient(output.Gradient, gradient + weights.Convolution.GradientSource.Length);
        }

        if (!isFirst)
        {
            weights.Convolution.Transpose(output.Gradient, input.Gradient, s_noBias.Data);
        }
    }
}

/// <param name="gradient">The lane's sum for this stage: of the weights [.., 16], then of the bias; null where nothing is trained.</param>
internal sealed unsafe class TransposedConvolutionLayer(
    ConvolutionWeights weights, Signal input, Signal output, Activation activation, float* gradient) : Layer
{
    private static readonly AlignedFloats s_noBias = new(64);

    private readonly Columns? _columns = weights.IsSingle
        ? new Columns(output.Values, input.Values.Height, weights.Kernel, weights.Stride)
        : null;

    public override void Forward()
    {
        weights.Convolution.Transpose(input.Values, output.Values, weights.Bias);
        Pointwise.Activate(activation, output.Values);
    }

    public override void Backward()
    {
        Pointwise.MultiplyByDerivative(activation, output.Values, output.Gradient);
        if (weights.HasBias)
        {
            Pointwise.AddBiasGradient(output.Gradient, gradient + weights.Convolution.GradientSource.Length);
        }

        _columns?.Fill(output.Gradient);
        Map x = _columns?.Map ?? output.Gradient;
        weights.Convolution.AddWeightGradient(x, input.Values, gradient);
        weights.Convolution.Convolve(x, input.Gradient, s_noBias.Data);
    }
}
