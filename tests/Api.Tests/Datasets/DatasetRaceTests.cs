using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests.Datasets;

[StartsProcesses]
public sealed class DatasetRaceTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task No_job_is_made_on_a_data_set_that_is_deleted_at_that_moment(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        var datasets = new DatasetStore(store.Stores);
        await Add(datasets, "deleted-before", seed: 1);
        Assert.IsType<DatasetDelete.Deleted>(await datasets.DeleteAsync("deleted-before", Token));
        Assert.Null(await store.AddJob("deleted-before"));
        await Add(datasets, "deleted-after", seed: 2);
        JobRow made = (await store.AddJob("deleted-after"))!;
        Assert.Equal(new DatasetDelete.Needed(made.Id), await datasets.DeleteAsync("deleted-after", Token));

        const int Races = 30;
        int refused = 0;
        for (int i = 0; i < Races; i++)
        {
            string name = $"set-{i}";
            await Add(datasets, name, i);
            int lead = i - (Races / 2); // milliseconds by which the job comes first, or where negative the deletion
            Task<JobRow?> adding = After(-lead, () => store.AddJob(name));
            Task<DatasetDelete> deleting = After(lead, () => datasets.DeleteAsync(name, Token));
            (JobRow? job, DatasetDelete deleted) = (await adding, await deleting);
            Assert.Equal(job is null, deleted is DatasetDelete.Deleted);
            Assert.Equal(job is not null, await datasets.FindAsync(name, Token) is not null);
            refused += job is null ? 1 : 0;
        }

        Assert.InRange(refused, 1, Races - 1); // each won at least once, so between the two leads they met

        static Task<T> After<T>(int milliseconds, Func<Task<T>> work) => Task.Run(
            async () =>
            {
                await Task.Delay(Math.Max(0, milliseconds), Token);
                return await work();
            },
            Token);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Of_several_that_take_one_name_at_once_one_gets_it_and_nothing_of_the_others_stays(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        var datasets = new DatasetStore(store.Stores);
        DatasetRow[] got = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Task.Run(() => Add(datasets, "one", i))));
        Assert.Single(got.Select(row => row.Id).Distinct());
        Assert.Equal(1, await store.Ask(context => context.DatasetChunks.Select(chunk => chunk.DatasetId).Distinct().CountAsync(Token)));
        (await datasets.LoadAsync(got[0], Token)).Value();

        Assert.IsType<DatasetDelete.Deleted>(await datasets.DeleteAsync("one", Token));
        Assert.False(await store.Ask(context => context.DatasetChunks.AnyAsync(Token)));
        Assert.IsType<DatasetDelete.Gone>(await datasets.DeleteAsync("one", Token));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_data_set_of_many_chunks_comes_back_as_it_was_and_one_given_up_half_way_is_not_there(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        var datasets = new DatasetStore(store.Stores);
        DatasetSplit all = new DatasetSplit(new TensorShape(3, 128, 128), OwnImages.Noise(1, 300 * 3 * 128 * 128), OwnImages.Noise(2, 300));
        SplitSelections splits = DatasetSplitter.Split(all, null, null, seed: 1, validationFraction: 0.1, testFraction: 0.1)!;
        DatasetRow row = await datasets.AddAsync(DatasetContent.Row("large", splits, labels: UploadedImages.Numbers), splits, Token);
        Assert.Equal(5, await store.Ask(context => context.DatasetChunks.CountAsync(Token)));
        Dataset loaded = (await datasets.LoadAsync(row, Token)).Value();
        Assert.Equal((240, 30, 30), (loaded.Train.Count, loaded.Validation.Count, loaded.Test.Count));
        Assert.True(all.Image(splits.Test.Order.Span[29]).SequenceEqual(loaded.Test.Image(29)));
        Assert.Equal(all.Label(splits.Train.Order.Span[100]), loaded.Train.Label(100));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(10);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            for (int i = 0; ; i++)
            {
                await datasets.AddAsync(DatasetContent.Row($"half-{i}", splits, labels: UploadedImages.Numbers), splits, stop.Token);
            }
        });
        Assert.Equal(
            await store.Ask(context => context.Datasets.CountAsync(Token)) * 5,
            await store.Ask(context => context.DatasetChunks.CountAsync(Token)));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task No_job_begins_to_wait_for_a_data_set_whose_fetch_ends_at_that_moment(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        var fetches = new DatasetFetches(store.Stores);
        for (int i = 0; i < 20; i++)
        {
            await fetches.RequestAsync("mnist", damaged: null, evenIfFailed: false, Token);
            DatasetFetch fetch = (await fetches.ClaimAsync("mnist", Token))!;
            Task<JobRow?> adding = Task.Run(() => store.AddJob("mnist"), Token);
            await Task.Delay(i, Token);
            IReadOnlyList<Guid> jobs = (await fetch.CompleteAsync(Small("mnist"), Token))!;
            JobRow job = (await adding)!;
            Assert.Null((await store.Row(job.Id)).PendingDataset);
            Assert.Equal(job.PendingDataset is null ? [] : [job.Id], jobs);
            Assert.Equal("mnist", (await fetches.FindAsync("mnist", Token)).Stored?.Name);
            Assert.Empty(await fetches.DueAsync(_ => true, Token));
            await store.Ask(context => context.Datasets.ExecuteDeleteAsync(Token));
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Of_several_processes_one_fetches_and_one_that_was_thought_dead_changes_nothing(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        var fetches = new DatasetFetches(store.Stores);
        Assert.Null(await fetches.ClaimAsync("mnist", Token)); // nobody wants it
        await fetches.RequestAsync("mnist", damaged: null, evenIfFailed: false, Token);
        DatasetFetch?[] claims = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => fetches.ClaimAsync("mnist", Token))));
        DatasetFetch first = Assert.Single(claims, claim => claim is not null)!;
        Assert.Empty(await fetches.DueAsync(_ => true, Token));
        Assert.True(await first.RenewAsync(Token));

        // run out; given before the clock was set back
        foreach (DateTime until in (DateTime[])[DateTime.UnixEpoch, DateTime.UtcNow.AddHours(1)])
        {
            await store.Ask(context =>
                context.DatasetFetches.ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, until), Token));
            Assert.Equal(["mnist"], await fetches.DueAsync(_ => true, Token));
            DatasetFetch second = (await fetches.ClaimAsync("mnist", Token))!;
            Assert.False(await first.RenewAsync(Token));
            Assert.Null(await first.CompleteAsync(Small("mnist"), Token));
            Assert.False(await first.FailAsync("it is thought dead", Token));
            Assert.Equal(
                (0, 0),
                (
                    await store.Ask(context => context.Datasets.CountAsync(Token)),
                    await store.Ask(context => context.DatasetChunks.CountAsync(Token))));
            first = second;
        }

        Assert.Equal(3, first.Claims);
        await first.ReleaseAsync(Token);
        Assert.Equal(3, (await fetches.ClaimAsync("mnist", Token))!.Claims); // one that was stopped does not count
    }

    [Fact]
    public async Task A_request_that_no_process_can_fulfil_is_taken_by_one_that_says_so()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        var fetches = new DatasetFetches(store.Stores);
        await fetches.RequestAsync("fashion-mnist", damaged: null, evenIfFailed: false, Token);
        Assert.Empty(await fetches.DueAsync(_ => false, Token));
        await store.Ask(context =>
            context.DatasetFetches.ExecuteUpdateAsync(
                set => set.SetProperty(row => row.RequestedAt, row => row.RequestedAt == null ? null : AppDbContext.Now().AddSeconds(-31)),
                Token));
        Assert.Equal(["fashion-mnist"], await fetches.DueAsync(_ => false, Token));
    }

    private static Dataset Small(string name)
    {
        DatasetSplit all = new DatasetSplit(new TensorShape(1, 28, 28), OwnImages.Noise(1, 10 * 784), new byte[10]);
        return new Dataset(name, all.Slice(0, 8), all.Slice(8, 1), all.Slice(9, 1));
    }

    private static Task<DatasetRow> Add(DatasetStore datasets, string name, int seed)
    {
        DatasetSplit all = new DatasetSplit(new TensorShape(1, 8, 8), OwnImages.Noise(seed, 10 * 64), new byte[10]);
        SplitSelections splits = DatasetSplitter.Split(all, null, null, seed: 1, validationFraction: 0.1, testFraction: 0.1)!;
        return datasets.AddAsync(DatasetContent.Row(name, splits, labels: null), splits, Token);
    }
}
