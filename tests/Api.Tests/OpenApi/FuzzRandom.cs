using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>Choices from a seed.</summary>
internal sealed class FuzzRandom(ulong seed, ulong stream)
{
    private SplitMix64 _random = SplitMix64.ForStream(seed, stream);

    public int Below(int bound) => _random.NextBelow(bound);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public double Unit() => _random.NextDouble();

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];
}
