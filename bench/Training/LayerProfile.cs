using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines.Simd;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.TrainingBench;

/// <summary>Where one image's time goes in our kernels, on one thread: each layer forward and backward.</summary>
internal static class LayerProfile
{
    private const int Repeats = 50;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2), s_short = TimeSpan.FromSeconds(0.2);

    public static void Print()
    {
        Console.WriteLine("| architecture | layer | forward µs | backward µs | GFLOP/s forward | backward |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (Architecture architecture in Enum.GetValues<Architecture>().Where(a => a != Architecture.Dense))
        {
            NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(architecture, "synthetic-digits"));
            var weights = new PackedWeights(definition, trained: true);
            weights.Pack(WeightInitializer.Initialize(definition, seed: 1));
            ThreadWorkspace workspace = new ThreadWorkspace(weights, trained: true);
            float[] target = new float[definition.Input.Count];
            // until the JIT compiler has had its last word
            Timing.Milliseconds(threads: 1, () => workspace.ForwardBackward(target, 1, CancellationToken.None), s_warmUp, TimeSpan.Zero);
            for (int i = 0; i < definition.Layers.Count; i++)
            {
                LayerKernel layer = workspace.Kernels[i];
                (double forward, double backward) = (Fastest(layer.Forward), Fastest(layer.Backward));
                double flops = Flops(definition.Layers[i]), flopsBack = (i == 0 ? 1 : 2) * flops; // nobody wants the image's gradient
                Console.WriteLine(
                    $"| {JsonConventions.Name(architecture)} | {definition.Layers[i].Name} | {forward:F2} | {backward:F2} | "
                    + $"{flops / forward / 1e3:F0} | {flopsBack / backward / 1e3:F0} |"
                );
            }
        }
    }

    /// <summary>Floating-point operations of one forward pass, taps that fall on the padding counted.</summary>
    public static double Flops(Layer layer) => layer switch
    {
        Layer.Convolution s => 2.0 * s.Output.Height * s.Output.Width * s.Parameters[0].Count,
        Layer.TransposedConvolution s => 2.0 * s.Input.Height * s.Input.Width * s.Parameters[0].Count,
        Layer.Linear s => 2.0 * s.Parameters[0].Count,
        _ => 0,
    };

    private static double Fastest(Action action)
    {
        double[] times = Timing.Milliseconds(threads: 1, Repeated, s_short, s_short);
        return times[0] / Repeats * 1e3;

        void Repeated()
        {
            for (int i = 0; i < Repeats; i++)
            {
                action();
            }
        }
    }
}
