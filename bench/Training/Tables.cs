using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.TrainingBench;

/// <summary>
/// The rounds as the tables of docs/performance.md. Ratios are taken within a round, between fastest times; their median and
/// range are told.
/// </summary>
internal static class Tables
{
    private const double QuietLoad = 0.3;
    private const double QuietGemm = 0.9;

    private static readonly Architecture[] s_architectures = Enum.GetValues<Architecture>();

    public static void Print(Rounds rounds)
    {
        Console.WriteLine(
            $"{rounds.Count} rounds; each time is the median of the processes' medians and, in brackets, the fastest seen.\n");
        PrintSteps(rounds);
        PrintLooks(rounds);
        PrintMachine(rounds);
    }

    private static void PrintSteps(Rounds rounds)
    {
        Console.WriteLine("| step, batch 60 | threads | SIMD, ms | of GEMM | TorchSharp, ms | ratio | python3-torch, ms | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (Architecture architecture in s_architectures)
        {
            string name = JsonConventions.Name(architecture), what = $"step {name}";
            int best = rounds.ThreadCounts.MinBy(threads => rounds.Of(Rounds.Peer, threads, what).Min(sample => sample.Best));
            Sample[] peer = rounds.Of(Rounds.Peer, best, what);
            foreach (int threads in rounds.ThreadCounts)
            {
                Sample[] simd = rounds.Of(Measurement.Simd, threads, what), torch = rounds.Of(Measurement.Torch, threads, what);
                double rate = StepFlops(architecture) / 1e6 / simd.Min(sample => sample.Best);
                double gemm = rounds.Of(Measurement.Simd, threads, "gemm").Max(sample => sample.Best);
                Console.WriteLine(
                    $"| `{name}` | {threads} | {Text(simd)} | {rate / gemm:P0} | {Text(torch)} | {Ratio(torch, simd)} | {Text(peer)}, "
                    + $"{best} thr. | {Ratio(peer, simd)} |"
                );
            }
        }
    }

    private static void PrintLooks(Rounds rounds)
    {
        int threads = rounds.ThreadCounts.Min();
        Console.WriteLine($"\n| one image forward, {threads} thread(s) | SIMD, µs | TorchSharp, µs | ratio | python3-torch, µs | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (string name in s_architectures.Select(JsonConventions.Name))
        {
            Sample[] simd = Look(Measurement.Simd),
                torch = Look(Measurement.Torch),
                peer = Look(Rounds.Peer);
            Console.WriteLine(
                $"| `{name}` | {Text(simd, 1e3)} | {Text(torch, 1e3)} | {Ratio(torch, simd)} | {Text(peer, 1e3)} | {Ratio(peer, simd)} |");

            Sample[] Look(string engine) => rounds.Of(engine, threads, $"look {name}");
        }
    }

    private static void PrintMachine(Rounds rounds)
    {
        Console.WriteLine();
        foreach (int threads in rounds.ThreadCounts)
        {
            Sample[] gemm = rounds.Of(Measurement.Simd, threads, "gemm"), peer = rounds.Of(Rounds.Peer, threads, "gemm");
            double best = gemm.Max(sample => sample.Best);
            int slow = gemm.Count(sample => sample.Median < QuietGemm * best);
            Console.WriteLine(
                $"GEMM 512³ with {threads} thread(s), GFLOP/s: libtorch {best:F0} at best, python3-torch "
                + $"{peer.Max(sample => sample.Best):F0}; "
                    + $"median under {QuietGemm:P0} of the best in {slow} of {rounds.Count} rounds.");
        }

        if (rounds.LoadBefore > QuietLoad)
        {
            Console.WriteLine($"**The machine was not quiet:** its load was {rounds.LoadBefore:F1} before the first round.");
        }
    }

    /// <summary>Floating-point operations of a step: forward, weight gradients, and input gradients for all layers but the first.</summary>
    private static double StepFlops(Architecture architecture)
    {
        NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(architecture, "synthetic-digits"));
        return Measurement.Batch * ((3 * definition.Layers.Sum(LayerProfile.Flops)) - LayerProfile.Flops(definition.Layers[0]));
    }

    private static string Text(Sample[] samples, double scale = 1) =>
        $"{scale * Timing.Median(samples.Select(sample => sample.Median)):F2} ({scale * samples.Min(sample => sample.Best):F2})";

    private static string Ratio(Sample[] slow, Sample[] fast)
    {
        double[] ratios = [.. slow.Zip(fast, (a, b) => a.Best / b.Best)];
        return $"**{Timing.Median(ratios):F1}** ({ratios.Min():F1}–{ratios.Max():F1})";
    }
}
