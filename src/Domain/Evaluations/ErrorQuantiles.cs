using System.Runtime.InteropServices;

namespace AutoencoderApi.Domain.Evaluations;

/// <summary>
/// How large a network's errors on validation images are: 1,001 quantiles of their mean squared errors, linear between them.
/// </summary>
public sealed class ErrorQuantiles
{
    public const int Count = 1_001;

    private readonly float[] _values;

    private ErrorQuantiles(float[] values) => _values = values;

    public float Median => _values[Count / 2];

    /// <summary>The quantiles, ascending, [1001].</summary>
    public IReadOnlyList<float> Values => _values;

    /// <param name="errors">In any order; at least one, all finite. What a float cannot hold is kept as the largest one.</param>
    public static ErrorQuantiles Of(IEnumerable<double> errors)
    {
        double[] sorted = [.. errors.Order()];
        return new ErrorQuantiles([.. Enumerable.Range(0, Count).Select(At)]);
        float At(int i) => (float)Math.Min(LossSummary.Quantile(sorted, i / (Count - 1.0)), float.MaxValue);
    }

    /// <summary>As a checkpoint file keeps them: little-endian float32, in base64.</summary>
    public string ToBase64() => Convert.ToBase64String(MemoryMarshal.AsBytes(_values.AsSpan()));

    /// <returns>Null where the text is not that of ascending errors, 0 or more.</returns>
    public static ErrorQuantiles? FromBase64(string text)
    {
        byte[] bytes = new byte[Count * sizeof(float)];
        if (!Convert.TryFromBase64String(text, bytes, out int length) || length != bytes.Length)
        {
            return null;
        }

        float[] values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        bool isAscending = Enumerable.Range(1, Count - 1).All(i => values[i] >= values[i - 1]);
        return values[0] >= 0 && float.IsFinite(values[^1]) && isAscending ? new ErrorQuantiles(values) : null;
    }

    /// <summary>The error below which that fraction of the images lies.</summary>
    /// <param name="fraction">0..1.</param>
    public double At(double fraction)
    {
        double place = fraction * (Count - 1);
        int below = Math.Min((int)place, Count - 2);
        return double.Lerp(_values[below], _values[below + 1], place - below);
    }

    /// <summary>The percentage of the images whose errors are smaller: 0 at or below the smallest error, 100 above the largest.</summary>
    public double PercentileOf(double error)
    {
        if (error <= _values[0])
        {
            return 0;
        }

        int above = Array.FindIndex(_values, value => value >= error);
        if (above < 0)
        {
            return 100;
        }

        double low = _values[above - 1], high = _values[above];
        return 100 * (above - 1 + ((error - low) / (high - low))) / (Count - 1);
    }
}
