namespace AutoencoderApi.Training.Engines;

/// <summary>The setting <c>Training__Engine</c>.</summary>
public enum EngineKind
{
    /// <summary>The SIMD kernels where the CPU and every layer allow, else TorchSharp.</summary>
    Auto,

    /// <summary>TorchSharp for every network.</summary>
    TorchSharp,

    /// <summary>The SIMD kernels for every network.</summary>
    Simd,
}
