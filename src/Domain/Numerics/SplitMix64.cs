namespace AutoencoderApi.Domain.Numerics;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Seeds, batch order and
/// drawn digits depend on its exact sequence, which unlike that of <see cref="Random"/> is fixed for all time.
/// </summary>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one of many streams under the same seed, independent of each other and of those of other seeds.</summary>
    public static SplitMix64 ForStream(ulong seed, ulong stream) => new(Mix(new SplitMix64(seed).Next() + stream));

    public ulong Next() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>Uniform in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>
    /// Uniform in [0, <paramref name="bound"/>), without bias (Lemire, "Fast random integer generation in an interval",
    /// 2019).
    /// </summary>
    public int NextBelow(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ulong range = (ulong)bound;
        ulong high = Math.BigMul(Next(), range, out ulong low);
        if (low < range)
        {
            ulong threshold = (0 - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(Next(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>Standard normal (Box and Muller, 1958); each call spends two uniforms.</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
