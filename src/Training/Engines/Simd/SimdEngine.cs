using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// The kernels of this project, on vector instructions (docs/decisions/0005-own-kernels.md): networks of convolutions, pooling and
/// unpooling with a vector in between or not, and networks of linear layers.
/// </summary>
internal sealed class SimdEngine : IEngine
{
    private static readonly bool s_hasFusedMultiplyAdd = Fma.IsSupported || AdvSimd.Arm64.IsSupported;

    public string Name => "simd";

    /// <summary>Why the engine computes nothing here; null where it does.</summary>
    public static string? Fault =>
        s_hasFusedMultiplyAdd ? null : "The SIMD kernels need a CPU with fused multiply-add (x64 with FMA, or arm64).";

    public bool Supports(NetworkDefinition definition) =>
        s_hasFusedMultiplyAdd && (IsDense(definition) || definition.Layers.All(IsComputedByImage));

    public ITrainingSession StartTraining(NetworkDefinition definition, NetworkState from, int threads) => IsDense(definition)
        ? new DenseTrainingSession(definition, from, threads)
        : new ConvolutionalTrainingSession(definition, from, threads);

    public IInferenceModel Load(NetworkDefinition definition, float[] weights) =>
        IsDense(definition) ? new DenseInferenceModel(definition, weights) : new ConvolutionalInferenceModel(definition, weights);

    private static bool IsDense(NetworkDefinition definition) => definition.Layers.All(layer => layer is Layer.Linear);

    private static bool IsComputedByImage(Layer layer) => layer switch
    {
        Layer.Linear linear => LinearWeights.IsVector(linear.Input) || LinearWeights.IsVector(linear.Output),
        Layer.Convolution or Layer.TransposedConvolution or Layer.MaxPool => true,
        Layer.ZeroUnpool or Layer.NearestUnpool or Layer.SwitchUnpool => true,
        _ => false,
    };
}
