using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Datasets;

public static class EpochShuffler
{
    public static int[] Permutation(ulong seed, int epoch, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        var random = SplitMix64.ForStream(seed, (ulong)epoch);
        for (int i = count - 1; i > 0; i--)
        {
            int j = random.NextBelow(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
