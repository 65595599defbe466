using System.Diagnostics;

namespace AutoencoderApi.TrainingBench;

internal static class Timing
{
    /// <summary>Milliseconds of each call of <paramref name="action"/>, in ascending order, once <paramref name="warmUp"/> has passed.</summary>
    public static double[] Milliseconds(Action action, TimeSpan warmUp, TimeSpan measured)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < warmUp;)
        {
            action();
        }

        List<double> times = [];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < measured || times.Count < 5;)
        {
            long began = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return [.. times.Order()];
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
