using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>Kind of noise.</summary>
public enum NoiseKind
{
    /// <summary>A normally distributed number of mean 0 is added to each value, and the sum clamped to 0..1.</summary>
    Gaussian,

    /// <summary>Some of the values are set to 0 or 1, with equal probability.</summary>
    SaltAndPepper,
}

/// <summary>
/// Noise on images, for a network to denoise (Vincent et al., "Extracting and composing robust features with denoising autoencoders",
/// 2008).
/// </summary>
public sealed record Noise
{
    /// <summary>The seed of the noise that networks are evaluated with: the same for every job and step, so that losses compare.</summary>
    public const int EvaluationSeed = 0;

    private const ulong NoiseStream = ulong.MaxValue; // of a seed; no epoch and no parameter has that number
    private const float Unit = 1f / (1 << 24);

    private static readonly int s_lanes = Vector512<float>.Count;

    /// <summary>Kind of noise.</summary>
    public required NoiseKind Kind { get; init; }

    /// <summary>Standard deviation of <c>gaussian</c> noise, pixels 0..1; fraction of values that <c>salt-and-pepper</c> sets.</summary>
    public required double Amount { get; init; }

    /// <summary>Disturbs one image: a function of the seed, the number and the values' places alone.</summary>
    /// <param name="number">Of the image: its noise is independent of that of others.</param>
    /// <param name="image">Values 0..1, which they stay. Their count is a multiple of 16.</param>
    public void AddTo(Span<float> image, int seed, ulong number)
    {
        var random = SplitMix64.ForStream(SplitMix64.ForStream((ulong)seed, NoiseStream).Next(), number);
        if (Kind == NoiseKind.Gaussian)
        {
            AddNormal(image, (float)Amount, ref random);
        }
        else
        {
            Set(image, (float)Amount, ref random);
        }
    }

    /// <summary>Box and Muller (1958): two uniforms make two normals, 16 pairs at a time.</summary>
    private static void AddNormal(Span<float> image, float deviation, ref SplitMix64 random)
    {
        Span<float> radii = stackalloc float[s_lanes], angles = stackalloc float[s_lanes];
        Span<Vector512<float>> values = MemoryMarshal.Cast<float, Vector512<float>>(image);
        for (int i = 0; i < values.Length; i += 2)
        {
            for (int workspace = 0; workspace < s_lanes; workspace++)
            {
                ulong bits = random.Next();
                radii[workspace] = ((bits >> 40) + 1) * Unit; // in (0, 1]: its logarithm is finite
                angles[workspace] = ((bits & 0xffffff) * Unit) * MathF.Tau;
            }

            Vector512<float> radius = Vector512.Sqrt(Vector512.Log(Vector512.Create<float>(radii)) * -2f) * deviation;
            (Vector512<float> sine, Vector512<float> cosine) = Vector512.SinCos(Vector512.Create<float>(angles));
            values[i] = Clamped(values[i] + (radius * cosine));
            if (i + 1 < values.Length)
            {
                values[i + 1] = Clamped(values[i + 1] + (radius * sine));
            }
        }
    }

    private static Vector512<float> Clamped(Vector512<float> values) =>
        Vector512.Min(Vector512.Max(values, Vector512<float>.Zero), Vector512<float>.One);

    private static void Set(Span<float> image, float fraction, ref SplitMix64 random)
    {
        foreach (ref float value in image)
        {
            ulong bits = random.Next();
            if ((bits >> 40) * Unit < fraction)
            {
                value = bits & 1;
            }
        }
    }
}
