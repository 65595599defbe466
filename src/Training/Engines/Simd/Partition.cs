namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>Who does which part of a work that threads share.</summary>
internal static class Partition
{
    /// <summary>The part-th of <paramref name="parts"/> partitions of 0..<paramref name="count"/>, as equal as can be.</summary>
    /// <param name="multipleOf">What every partition but the last ends at, so that no two threads write into one cache line or
    /// block.</param>
    public static (int First, int End) Of(int count, int part, int parts, int multipleOf = 1)
    {
        int blocks = (count + multipleOf - 1) / multipleOf;
        return (Math.Min(blocks * part / parts * multipleOf, count), Math.Min(blocks * (part + 1) / parts * multipleOf, count));
    }
}
