using System.Globalization;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Networks;
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
    public const string Ours = "ours";
    public const string Plain = "plain";
    public const int Batch = 60;

    private const int GemmSize = 512;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.5), s_measured = TimeSpan.FromSeconds(0.5);

    public static void Print(string engine, int threads)
    {
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

    private static void PrintStep(string engine, int threads, NetworkDefinition definition, float[] weights, float[] batch, string name)
    {
        using INetwork network = engine == Ours ? Engine.Trainable(definition, weights, threads) : new LibtorchNetwork(definition, weights, threads, trainable: true);
        var adam = new Adam(new float[weights.Length], new float[weights.Length]);
        int step = 0;
        Print($"step {name}", Timing.Milliseconds(threads, Step, s_warmUp, s_measured));

        void Step()
        {
            network.ForwardBackward(batch, batch, CancellationToken.None);
            adam.Step(network, ++step, 1e-4);
        }
    }

    private static void PrintLook(string engine, NetworkDefinition definition, float[] weights, float[] image, string name)
    {
        using IViewer viewer = engine == Ours ? Engine.Viewer(definition, weights) : new LibtorchNetwork(definition, weights, threads: 1, trainable: false);
        Print($"look {name}", Timing.Milliseconds(threads: 1, () => viewer.Look(image, definition.Layers.Count - 1), s_warmUp, s_measured));
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
