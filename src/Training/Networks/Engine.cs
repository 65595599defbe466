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

    public static INetwork Trainable(NetworkPlan plan, float[] weights, int threads) =>
        IsDense(plan) && Vector512.IsHardwareAccelerated ? new DenseNetwork(plan, weights, threads)
        : !IsDense(plan) && s_fused ? new VectorNetwork(plan, weights, threads)
        : new LibtorchNetwork(plan, weights, threads, trainable: true);

    public static IViewer Viewer(NetworkPlan plan, float[] weights) =>
        !IsDense(plan) && s_fused ? new VectorViewer(plan, weights) : new LibtorchNetwork(plan, weights, threads: 1, trainable: false);

    private static bool IsDense(NetworkPlan plan) => plan.Stages.Any(stage => stage is Stage.Linear);
}
