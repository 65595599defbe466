using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines.Simd;
using AutoencoderApi.Training.Engines.Torch;

namespace AutoencoderApi.Training.Engines;

/// <summary>The engine that computes a network.</summary>
public static class EngineSelection
{
    private static readonly SimdEngine s_simd = new();
    private static readonly TorchEngine s_torch = new();

    /// <summary>Why the service cannot compute with that setting, in one sentence; null where it can.</summary>
    public static string? Fault(EngineKind kind) => kind switch
    {
        EngineKind.TorchSharp => TorchEngine.Fault,
        EngineKind.Simd => SimdEngine.Fault,
        _ => SimdEngine.Fault is null ? null : TorchEngine.Fault, // where the kernels run nowhere, TorchSharp computes all
    };

    internal static IEngine For(NetworkDefinition definition, EngineKind kind) => kind switch
    {
        EngineKind.TorchSharp => s_torch,
        EngineKind.Simd => s_simd,
        _ when s_simd.Supports(definition) => s_simd,
        _ => s_torch,
    };
}
