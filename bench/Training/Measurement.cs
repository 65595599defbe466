using System.Globalization;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Engines.Torch;
using AutoencoderApi.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.TrainingBench;

/// <summary>
/// One process's measurements of one engine at one thread count, a line each: what, median, fastest. Steps and looks are in
/// milliseconds, <c>gemm</c> in GFLOP/s. bench/peers/train.py prints the same lines.
/// </summary>
internal static class Measurement
{
    public const string Simd = "simd";
    public const string Torch = "torchsharp";
    public const int Batch = 60;

    private const int GemmSize = 512;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.5), s_measured = TimeSpan.FromSeconds(0.5);

    public static void Print(string name, int threads)
    {
        var engine = Enum.Parse<EngineKind>(name, ignoreCase: true);
        PrintGemm(threads);
        DatasetSplit digits = SyntheticDigits.Create(Batch, 1, 1).Train;
        float[] batch = new float[Batch * digits.PixelsPerImage];
        Pixels.ToFloats(digits, batch);
        foreach (Architecture architecture in Enum.GetValues<Architecture>())
        {
            NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(architecture, "synthetic-digits"));
            float[] weights = WeightInitializer.Initialize(definition, seed: 1);
            PrintStep(engine, threads, definition, weights, batch, JsonConventions.Name(architecture));
            PrintLook(engine, definition, weights, batch.AsSpan(0, definition.Input.Count).ToArray(), JsonConventions.Name(architecture));
        }
    }

    private static void PrintStep(EngineKind engine, int threads, NetworkDefinition definition, float[] weights, float[] batch, string name)
    {
        NetworkState initial = NetworkState.Initial(weights);
        using ITrainingSession session = EngineSelection.For(definition, engine).StartTraining(definition, initial, threads);
        Print($"step {name}", Timing.Milliseconds(threads, Step, s_warmUp, s_measured));

        void Step() => session.Step(new TrainingBatch(batch, batch), learningRate: 1e-4, CancellationToken.None);
    }

    private static void PrintLook(EngineKind engine, NetworkDefinition definition, float[] weights, float[] image, string name)
    {
        using IInferenceModel model = EngineSelection.For(definition, engine).Load(definition, weights);
        float[] output = new float[definition.Layers[^1].Output.Count];
        Print(
            $"look {name}",
            Timing.Milliseconds(threads: 1, () => model.Run(image, definition.Layers.Count - 1, output), s_warmUp, s_measured));
    }

    /// <summary>The yardstick: what libtorch's own matrix product reaches with the same threads.</summary>
    private static void PrintGemm(int threads)
    {
        TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        Tensor a = rand(GemmSize, GemmSize), b = rand(GemmSize, GemmSize);
        double[] times = Timing.Milliseconds(threads, () => a.mm(b).Dispose(), s_warmUp, s_measured);
        Print("gemm", [.. times.Select(time => 2.0 * GemmSize * GemmSize * GemmSize / time / 1e6).OrderDescending()]);
    }

    private static void Print(string what, double[] sorted) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {Timing.Median(sorted):F4} {sorted[0]:F4}"));
}
