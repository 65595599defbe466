using System.Diagnostics;
using System.Globalization;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.TrainingBench;

/// <summary>
/// Our engine, plain TorchSharp and Debian's PyTorch in turn, each time in a fresh process; ratios are taken within a round
/// and their median and range are told.
/// </summary>
internal static class Comparison
{
    private const string Peer = "python3-torch";
    private const double QuietLoad = 0.3, QuietGemm = 0.9;

    private static readonly string[] s_engines = [Measurement.Ours, Measurement.Plain, Peer];
    private static readonly int[] s_threads = [1, 2];

    public static void Print(int rounds)
    {
        var seen = new Dictionary<(string Engine, int Threads, string What), List<Sample>>();
        double load = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach (int threads in s_threads)
            {
                load = Math.Max(load, Load() - (round == 0 && threads == 1 ? 0 : threads)); // what the process before left is not a stranger's
                foreach (string engine in s_engines)
                {
                    foreach ((string what, Sample sample) in Run(engine, threads))
                    {
                        SamplesOf(engine, threads, what).Add(sample);
                    }
                }
            }
        }

        Console.WriteLine($"{rounds} rounds; {Environment.ProcessorCount} cores; times are medians of the processes' medians, and the fastest seen.\n");
        foreach (int threads in s_threads)
        {
            double gemm = Timing.Median(All(Measurement.Ours, threads, "gemm").Select(sample => sample.Median));
            Console.WriteLine($"GEMM 512³, {threads} thread(s): libtorch {gemm:F0} GFLOP/s (best {All(Measurement.Ours, threads, "gemm").Max(s => s.Best):F0}), "
                + $"{Peer} {Timing.Median(All(Peer, threads, "gemm").Select(s => s.Median)):F0}\n");
        }

        PrintSteps();
        PrintLooks();
        PrintQuiet();

        List<Sample> SamplesOf(string engine, int threads, string what)
        {
            if (!seen.TryGetValue((engine, threads, what), out List<Sample>? samples))
            {
                seen[(engine, threads, what)] = samples = [];
            }

            return samples;
        }

        List<Sample> All(string engine, int threads, string what) => seen[(engine, threads, what)];

        void PrintSteps()
        {
            Console.WriteLine("| step, batch 60 | threads | ms (fastest) | % of GEMM | plain TorchSharp ms | ratio (range) | python3-torch ms, best threads | ratio (range) |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|");
            foreach (Architecture architecture in Enum.GetValues<Architecture>())
            {
                string what = $"step {WireFormat.Name(architecture)}";
                int best = s_threads.MinBy(threads => Timing.Median(All(Peer, threads, what).Select(sample => sample.Median)));
                foreach (int threads in s_threads)
                {
                    List<Sample> ours = All(Measurement.Ours, threads, what), plain = All(Measurement.Plain, threads, what), peer = All(Peer, best, what);
                    double share = StepFlops(architecture) / 1e6 / ours.Min(s => s.Best) / All(Measurement.Ours, threads, "gemm").Max(s => s.Best);
                    Console.WriteLine($"| `{WireFormat.Name(architecture)}` | {threads} | {Text(ours)} | {share:P0} | {Text(plain)} | {Ratio(plain, ours)} | {Text(peer)} | {Ratio(peer, ours)} |");
                }
            }
        }

        void PrintLooks()
        {
            Console.WriteLine("\n| one picture forward, 1 thread | µs (fastest) | plain TorchSharp µs | ratio (range) | python3-torch µs | ratio (range) |");
            Console.WriteLine("|---|---|---|---|---|---|");
            foreach (Architecture architecture in Enum.GetValues<Architecture>())
            {
                string what = $"look {WireFormat.Name(architecture)}";
                List<Sample> ours = All(Measurement.Ours, 1, what), plain = All(Measurement.Plain, 1, what), peer = All(Peer, 1, what);
                Console.WriteLine($"| `{WireFormat.Name(architecture)}` | {Text(ours, 1e3)} | {Text(plain, 1e3)} | {Ratio(plain, ours)} | {Text(peer, 1e3)} | {Ratio(peer, ours)} |");
            }
        }

        void PrintQuiet()
        {
            foreach (int threads in s_threads)
            {
                List<Sample> gemm = All(Measurement.Ours, threads, "gemm");
                int slow = gemm.Count(sample => sample.Median < QuietGemm * gemm.Max(s => s.Best));
                if (slow > 0)
                {
                    Console.WriteLine($"\n**The machine was not quiet:** in {slow} of {rounds} rounds GEMM with {threads} thread(s) stayed under 90 % of the best seen.");
                }
            }

            if (load > QuietLoad)
            {
                Console.WriteLine($"\n**The machine was not quiet:** the load of others was up to {load:F1}.");
            }
        }
    }

    /// <summary>
    /// Floating-point operations of a step: forward, weight gradients, and input gradients but for the first layer, which needs none.
    /// </summary>
    private static double StepFlops(Architecture architecture)
    {
        var plan = NetworkPlan.For(TrainingSettings.For(architecture, "synthetic-digits"));
        return Measurement.Batch * ((3 * plan.Stages.Sum(LayerProfile.Flops)) - LayerProfile.Flops(plan.Stages[0]));
    }

    private static string Text(List<Sample> samples, double scale = 1) =>
        $"{scale * Timing.Median(samples.Select(sample => sample.Median)):F2} ({scale * samples.Min(sample => sample.Best):F2})";

    private static string Ratio(List<Sample> slow, List<Sample> fast)
    {
        double[] ratios = [.. slow.Zip(fast, (a, b) => a.Best / b.Best)];
        return $"**{Timing.Median(ratios):F1}** ({ratios.Min():F1}–{ratios.Max():F1})";
    }

    private static double Load() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static IEnumerable<(string What, Sample Sample)> Run(string engine, int threads)
    {
        ProcessStartInfo start = engine == Peer
            ? new("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "train.py"), $"{threads}"])
            : new("dotnet", ["exec", typeof(Comparison).Assembly.Location, "measure", engine, $"{threads}"]);
        start.RedirectStandardOutput = true;
        start.Environment.Remove("OPENBLAS_CORETYPE"); // would slow the peer down
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{engine} ended with {process.ExitCode}");
        }

        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            yield return (string.Join(' ', words[..^2]), new Sample(double.Parse(words[^2], CultureInfo.InvariantCulture), double.Parse(words[^1], CultureInfo.InvariantCulture)));
        }
    }

    private sealed record Sample(double Median, double Best);
}
