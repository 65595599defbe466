using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>
/// Adam (Kingma and Ba, 2015; algorithm 1 with bias correction), β 0.9 and 0.999, ε 1e-8, by libtorch's operations in the order of
/// <c>torch.optim.Adam</c>.
/// </summary>
/// <remarks>
/// TorchSharp's own optimizer makes a <see cref="Scalar"/> for each number and holds none of them while libtorch reads it: a garbage
/// collection at that moment frees it, and the step fails with "Unknown scalar type", or reads what is there by then. Here they are held.
/// </remarks>
internal sealed class TorchAdam : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999;

    private readonly Tensor _weights; // [P], as the next three
    private readonly Tensor _gradients;
    private readonly Scalar _beta1 = Beta1, _rest1 = 1 - Beta1, _beta2 = Beta2, _rest2 = 1 - Beta2, _epsilon = 1e-8, _one = 1;

    public TorchAdam(Tensor weights, Tensor gradients)
    {
        (_weights, _gradients) = (weights, gradients);
        FirstMoment = zeros_like(weights).DetachFromDisposeScope();
        SecondMoment = zeros_like(weights).DetachFromDisposeScope();
    }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    /// <param name="step">The number of the step, from 1 on.</param>
    public void Step(int step, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, step)), rate = -learningRate / (1 - Math.Pow(Beta1, step));
        FirstMoment.mul_(_beta1).add_(_gradients, _rest1);
        SecondMoment.mul_(_beta2).addcmul_(_gradients, _gradients, _rest2);
        Tensor denominator = SecondMoment.sqrt().div_(correction).add_(_epsilon, _one);
        _weights.addcdiv_(FirstMoment, denominator, rate);
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        Array.ForEach([_beta1, _rest1, _beta2, _rest2, _epsilon, _one], number => number.Dispose());
    }
}
