using System.Diagnostics;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Steps a second as a moving average over some seconds, so that an evaluation between two looks does not make it jump.</summary>
internal sealed class ThroughputMeter(int step)
{
    private const double Seconds = 5;

    private int _step = step;
    private long _at = Stopwatch.GetTimestamp();
    private double? _average;

    public double? Measure(int step)
    {
        double elapsed = Stopwatch.GetElapsedTime(_at).TotalSeconds;
        if (elapsed > 0 && step > _step)
        {
            double now = (step - _step) / elapsed;
            double weight = 1 - Math.Exp(-elapsed / Seconds);
            _average = _average is { } before ? before + (weight * (now - before)) : now;
            (_step, _at) = (step, Stopwatch.GetTimestamp());
        }

        return _average is { } average ? Math.Round(average, 2) : null;
    }
}
