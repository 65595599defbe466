using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class EpochShufflerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(55_000)]
    public void An_epoch_holds_every_image_once(int count) =>
        Assert.Equal(Enumerable.Range(0, count), EpochShuffler.Permutation(1, 3, count).Order());

    /// <summary>Golden values: a stored run resumes with the very batches that it began with, so the order may never change.</summary>
    [Fact]
    public void The_order_is_fixed_for_all_time()
    {
        Assert.Equal([7, 2, 6, 8, 0, 1, 5, 9, 3, 4], EpochShuffler.Permutation(1, 0, 10));
        Assert.Equal([6, 2, 3, 5, 1, 9, 0, 8, 4, 7], EpochShuffler.Permutation(1, 1, 10));
        Assert.Equal([4, 5, 2, 7, 9, 1, 3, 8, 0, 6], EpochShuffler.Permutation(2, 0, 10));
        Assert.Equal([32418, 17864, 11593, 29802, 43431, 42243, 34706, 49572], EpochShuffler.Permutation(1, 0, 55_000)[..8]);
    }

    [Fact]
    public void It_depends_on_the_seed_and_the_epoch_alone()
    {
        int[][] orders =
        [
            .. from seed in new ulong[] { 1, 2, int.MaxValue }
            from epoch in new[] { 0, 1, 2, 90 }
            select EpochShuffler.Permutation(seed, epoch, 1_000),
        ];

        Assert.Equal(orders.Length, orders.Select(order => string.Join(',', order)).Distinct().Count());
        Assert.Equal(orders[0], EpochShuffler.Permutation(1, 0, 1_000));
    }

    [Fact]
    public void Every_order_is_as_likely_as_any_other()
    {
        const int Epochs = 24_000;
        Dictionary<string, int> counts = Enumerable.Range(0, Epochs)
            .CountBy(epoch => string.Concat(EpochShuffler.Permutation(7, epoch, 4)))
            .ToDictionary();

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 840, 1_160)); // 1,000 ± 5 σ
    }
}
