using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// Chooses what computes a network: our own kernels for convolutions wherever the CPU multiplies and adds vectors in one instruction,
/// and for dense networks in training where it has the registers of AVX-512; libtorch for all else. They give the same numbers but for the last bits.
/// </summary>
internal static class Engine
{
    private static readonly bool s_fused = Fma.IsSupported || AdvSimd.Arm64.IsSupported;

    public static INetwork Trainable(NetworkDefinition definition, float[] weights, int threads) =>
        IsDense(definition) && Vector512.IsHardwareAccelerated ? new DenseNetwork(definition, weights, threads)
        : !IsDense(definition) && s_fused ? new SimdNetwork(definition, weights, threads)
        : new LibtorchNetwork(definition, weights, threads, trainable: true);

    public static IViewer Viewer(NetworkDefinition definition, float[] weights) =>
        !IsDense(definition) && s_fused ? new SimdViewer(definition, weights)
            : new LibtorchNetwork(definition, weights, threads: 1, trainable: false);

    private static bool IsDense(NetworkDefinition definition) => definition.Layers.Any(layer => layer is Layer.Linear);
}
