using System.Diagnostics;
using System.Globalization;

namespace AutoencoderApi.TrainingBench;

/// <summary>What one process measured.</summary>
internal sealed record Sample(double Median, double Best);

/// <summary>The SIMD engine, the TorchSharp engine and Debian's PyTorch in turn, each time in a fresh process.</summary>
internal sealed class Rounds
{
    public const string Peer = "python3-torch";

    private static readonly string[] s_engines = [Measurement.Simd, Measurement.Torch, Peer];

    private readonly ILookup<(string Engine, int Threads, string What), Sample> _samples;

    public Rounds(int count, params int[] threadCounts)
    {
        (Count, ThreadCounts) = (count, threadCounts);
        LoadBefore = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        _samples = (from round in Enumerable.Range(0, count)
                    from threads in threadCounts
                    from engine in s_engines
                    from measured in Run(engine, threads)
                    select (Key: (engine, threads, measured.What), measured.Sample)).ToLookup(pair => pair.Key, pair => pair.Sample);
    }

    public int Count { get; }

    public int[] ThreadCounts { get; }

    /// <summary>The machine's load when the first round began.</summary>
    public double LoadBefore { get; }

    /// <summary>One for each round, in their order.</summary>
    public Sample[] Of(string engine, int threads, string what) => [.. _samples[(engine, threads, what)]];

    private static IEnumerable<(string What, Sample Sample)> Run(string engine, int threads)
    {
        ProcessStartInfo start = engine == Peer
            ? new("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "train.py"), $"{threads}"])
            : new("dotnet", ["exec", typeof(Rounds).Assembly.Location, "measure", engine, $"{threads}"]);
        start.RedirectStandardOutput = true;
        start.Environment.Remove("OPENBLAS_CORETYPE"); // set on some machines, and would slow the peer down
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0
            ? lines
                .Select(line => line.Split(' '))
                .Select(words => (string.Join(' ', words[..^2]), new Sample(Number(words[^2]), Number(words[^1]))))
            : throw new InvalidOperationException($"{engine} ended with {process.ExitCode}");

        static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);
    }
}
