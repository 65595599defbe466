using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests.Jobs;

/// <summary>Whose job comes next, and that no key waits for the many jobs of another.</summary>
[StartsProcesses]
public sealed class KeyTurnTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_key_with_one_job_is_served_among_the_next_two_though_another_has_64(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        await Add(store, "a", 64);
        Assert.Equal("a", await ClaimNext(store));
        await Add(store, "b", 1);
        string?[] next = [await ClaimNext(store), await ClaimNext(store)];
        Assert.Contains("b", next);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Ten_keys_are_served_in_turn_and_each_in_the_order_of_its_jobs(string provider)
    {
        const int keys = 10, jobs = 4;
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        for (int key = 0; key < keys; key++)
        {
            await Add(store, $"key-{key}", jobs);
        }

        var served = new Dictionary<string, int>();
        for (int i = 0; i < keys * jobs; i++)
        {
            string owner = (await ClaimNext(store))!;
            served[owner] = served.GetValueOrDefault(owner) + 1;
            Assert.InRange(served.Values.Max() - (served.Count < keys ? 0 : served.Values.Min()), 0, 1);
        }

        Assert.Null(await ClaimNext(store));
        (Guid Id, long Version)[] order = await store.Ask(async context =>
            (await context.KeyTurns.AsNoTracking().ToListAsync()).Select(turn => (Guid.Empty, turn.Claims)).ToArray());
        Assert.All(order, turn => Assert.Equal(jobs, turn.Version));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Workers_that_claim_at_once_take_each_job_once(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        for (int key = 0; key < 4; key++)
        {
            await Add(store, $"key-{key}", 5);
        }

        string?[][] claimed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var mine = new List<string?>();
            while (await ClaimNext(store) is { } owner)
            {
                mine.Add(owner);
            }

            return mine.ToArray();
        })));

        Assert.Equal(20, claimed.Sum(owners => owners.Length));
        Assert.All(claimed.SelectMany(owners => owners).GroupBy(owner => owner), owner => Assert.Equal(5, owner.Count()));
    }

    private static async Task Add(StoreUnderTest store, string owner, int count)
    {
        var planned = new PlannedJob(Name: null, TrainingSettings.For(Architecture.Strided, "synthetic-digits"), Film: false);
        for (int i = 0; i < count; i++)
        {
            await using JobInsertion insertion = await store.Jobs.BeginAsync([JobQueue.NewJob(planned, owner)], CancellationToken.None);
            Assert.True(await insertion.TakeDatasetsAsync(CancellationToken.None));
            Assert.True(await insertion.CommitAsync(answer: null, CancellationToken.None));
        }
    }

    /// <returns>The key whose job was claimed; null where no job waits.</returns>
    private static async Task<string?> ClaimNext(StoreUnderTest store)
    {
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        while (await KeyTurns.NextAsync(context, CancellationToken.None) is { } next)
        {
            if (await JobLease.ClaimAsync(context, next, entry: null, CancellationToken.None) is not null)
            {
                return next.Owner;
            }
        }

        return null;
    }
}
