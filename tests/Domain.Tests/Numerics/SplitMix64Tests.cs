using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Tests.Numerics;

public sealed class SplitMix64Tests
{
    [Fact]
    public void The_sequence_is_the_published_one()
    {
        var random = new SplitMix64(1234567);

        ulong[] values = [random.Next(), random.Next(), random.Next(), random.Next(), random.Next()];

        // The test vector of Rosetta Code, "Pseudo-random numbers/Splitmix64"
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    public void Numbers_below_a_bound_stay_within_it_and_fill_it_evenly(int bound)
    {
        const int Draws = 20_000;
        var random = new SplitMix64(3);
        int[] tenths = new int[10];
        for (int i = 0; i < Draws; i++)
        {
            int number = random.NextBelow(bound);
            Assert.InRange(number, 0, bound - 1);
            tenths[(int)(10L * number / bound)]++;
        }

        int buckets = Math.Min(bound, 10);
        Assert.Equal(buckets, tenths.Count(count => count > 0));
        Assert.All(tenths.Where(count => count > 0), count => Assert.Equal(1.0 / buckets, (double)count / Draws, 0.015));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_bound_that_leaves_no_number_is_a_bug_of_the_caller(int bound) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SplitMix64(1).NextBelow(bound));

    [Fact]
    public void Doubles_are_uniform_and_normals_are_normal()
    {
        var random = new SplitMix64(5);
        double[] uniform = [.. Enumerable.Range(0, 50_000).Select(_ => random.NextDouble())];
        double[] normal = [.. Enumerable.Range(0, 50_000).Select(_ => random.NextNormal())];

        Assert.All(uniform, value => Assert.True(value is >= 0 and < 1));
        Assert.Equal(0.5, uniform.Average(), 0.01);
        Assert.Equal(1.0 / 12, uniform.Average(value => (value - 0.5) * (value - 0.5)), 0.002);
        Assert.Equal(0, normal.Average(), 0.02);
        Assert.Equal(1, normal.Average(value => value * value), 0.03);
        Assert.Equal(0.6827, normal.Count(value => Math.Abs(value) < 1) / 50_000.0, 0.01);
    }

    [Fact]
    public void Streams_differ_by_seed_and_by_number_and_each_can_be_had_again()
    {
        ulong[] firsts =
        [
            .. from seed in new ulong[] { 0, 1, 2, ulong.MaxValue }
            from stream in new ulong[] { 0, 1, 2, ulong.MaxValue }
            select First(seed, stream),
        ];

        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.Equal(First(1, 2), First(1, 2));

        static ulong First(ulong seed, ulong stream) => SplitMix64.ForStream(seed, stream).Next();
    }
}
