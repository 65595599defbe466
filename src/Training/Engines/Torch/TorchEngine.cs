using AutoencoderApi.Domain.Networks;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>TorchSharp, which is .NET's binding of libtorch: every layer type, on any CPU that libtorch is published for.</summary>
internal sealed class TorchEngine : IEngine
{
    private const int InferenceThreads = 1; // of one call; calls run side by side

    private static readonly Lazy<string?> s_fault = new(FindFault);

    public string Name => "torchsharp";

    /// <summary>Why the engine computes nothing here, in one sentence; null where it does. The first call loads libtorch.</summary>
    public static string? Fault => s_fault.Value;

    private static string LibraryName =>
        OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";

    public bool Supports(NetworkDefinition definition) => Fault is null;

    public ITrainingSession StartTraining(NetworkDefinition definition, NetworkState from, int threads)
    {
        ThrowIfFaulty();
        return new TorchTrainingSession(definition, from, threads);
    }

    public IInferenceModel Load(NetworkDefinition definition, float[] weights)
    {
        ThrowIfFaulty();
        return new TorchInferenceModel(definition, weights, InferenceThreads);
    }

    /// <summary>The start of the service has refused a setting that needs this engine where it is faulty.</summary>
    private static void ThrowIfFaulty()
    {
        if (Fault is { } fault)
        {
            throw new InvalidOperationException(fault);
        }
    }

    private static string? FindFault()
    {
        if (!LibraryFolders().Any(folder => File.Exists(Path.Combine(folder, LibraryName))))
        {
            return "libtorch is not part of this installation: use the full image, or Training__Engine=simd.";
        }

        try
        {
            using Tensor loaded = zeros(1);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            return $"libtorch cannot be loaded: {e.GetBaseException().Message} Install what is missing, or use Training__Engine=simd.";
        }

        return ConvolutionCheck.Run();
    }

    /// <summary>Where .NET looks for native libraries.</summary>
    private static IEnumerable<string> LibraryFolders()
    {
        string? native = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string;
        return [.. (native ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), AppContext.BaseDirectory];
    }
}
