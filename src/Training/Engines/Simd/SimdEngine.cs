using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// The kernels of this project, on vector instructions (docs/decisions/0005-own-kernels.md): networks of convolutions, pooling and
/// unpooling, and networks of linear layers.
/// </summary>
internal sealed class SimdEngine : IEngine
{
    private static readonly bool s_hasFusedMultiplyAdd = Fma.IsSupported || AdvSimd.Arm64.IsSupported;

    public string Name => "simd";

    /// <summary>Why the engine computes nothing here; null where it does.</summary>
    public static string? Fault =>
        s_hasFusedMultiplyAdd ? null : "The SIMD kernels need a CPU with fused multiply-add (x64 with FMA, or arm64).";

    public bool Supports(NetworkDefinition definition) =>
        s_hasFusedMultiplyAdd && (definition.Layers.All(layer => layer is Layer.Linear) || definition.Layers.All(IsConvolutional));

    public ITrainingSession StartTraining(NetworkDefinition definition, NetworkState from, int threads) => HasLinear(definition)
        ? new DenseTrainingSession(definition, from, threads)
        : new ConvolutionalTrainingSession(definition, from, threads);

    public IInferenceModel Load(NetworkDefinition definition, float[] weights) =>
        HasLinear(definition) ? new DenseInferenceModel(definition, weights) : new ConvolutionalInferenceModel(definition, weights);

    private static bool HasLinear(NetworkDefinition definition) => definition.Layers.Any(layer => layer is Layer.Linear);

    private static bool IsConvolutional(Layer layer) =>
        layer
            is Layer.Convolution
                or Layer.TransposedConvolution
                or Layer.MaxPool
                or Layer.ZeroUnpool
                or Layer.NearestUnpool
                or Layer.SwitchUnpool;
}
