using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AutoencoderApi.TrainingBench;

internal static partial class Timing
{
    private const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID of Linux

    /// <summary>
    /// Milliseconds of each call of <paramref name="action"/>, in ascending order, once <paramref name="warmUp"/> has
    /// passed.
    /// </summary>
    /// <param name="threads">
    /// With one, its own processor time counts, which other processes disturb least; with more, the time on the wall does.
    /// </param>
    public static double[] Milliseconds(int threads, Action action, TimeSpan warmUp, TimeSpan measured)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < warmUp;)
        {
            action();
        }

        List<double> times = [];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < measured || times.Count < 5;)
        {
            double began = Now();
            action();
            times.Add(Now() - began);
        }

        return [.. times.Order()];

        double Now() => threads == 1 ? ProcessorTime() : Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Milliseconds of processor time that this thread has had.</summary>
    public static double ProcessorTime()
    {
        Marshal.ThrowExceptionForHR(ClockGetTime(ThreadCpuTime, out Moment moment));
        return (moment.Seconds * 1e3) + (moment.Nanoseconds / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out Moment moment);

    private struct Moment
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
