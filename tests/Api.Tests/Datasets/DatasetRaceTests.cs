using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests.Datasets;

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
        int refused = 0, kept = 0;
        for (int i = 0; i < 30; i++)
        {
            string name = $"set-{i}";
            await Add(datasets, name, i);
            Task<JobRow?> adding = Task.Run(() => store.Jobs.AddAsync(null, TrainingSettings.For(Architecture.Strided, name), "local", _ => null, Token), Token);
            Task<DatasetDelete> deleting = Task.Run(() => datasets.DeleteAsync(name, Token), Token);
            (JobRow? job, DatasetDelete deleted) = (await adding, await deleting);
            Assert.Equal(job is null, deleted is DatasetDelete.Deleted);
            Assert.Equal(job is not null, await datasets.FindAsync(name, Token) is not null);
            refused += job is null ? 1 : 0;
            kept += job is null ? 0 : 1;
        }

        Assert.Equal(30, refused + kept);
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
        Assert.IsType<DatasetLoad.Loaded>(await datasets.LoadAsync(got[0], Token));

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
        var all = new DigitSet(new FeatureShape(3, 128, 128), OwnPictures.Noise(1, 300 * 3 * 128 * 128), OwnPictures.Noise(2, 300));
        DrawnSplits splits = SplitDraw.Draw(all, null, null, seed: 1, validationShare: 0.1, testShare: 0.1)!;
        DatasetRow row = await datasets.AddAsync(DatasetContent.Row("large", splits, labels: UploadedPictures.Numbers), splits, Token);
        Assert.Equal(5, await store.Ask(context => context.DatasetChunks.CountAsync(Token)));
        Dataset loaded = Assert.IsType<DatasetLoad.Loaded>(await datasets.LoadAsync(row, Token)).Dataset;
        Assert.Equal((240, 30, 30), (loaded.Train.Count, loaded.Validation.Count, loaded.Test.Count));
        Assert.True(all.Image(splits.Test.Order.Span[29]).SequenceEqual(loaded.Test.Image(29)));
        Assert.Equal(all.Label(splits.Train.Order.Span[100]), loaded.Train.Label(100));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(10);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            for (int i = 0; ; i++)
            {
                await datasets.AddAsync(DatasetContent.Row($"half-{i}", splits, labels: UploadedPictures.Numbers), splits, stop.Token);
            }
        });
        Assert.Equal(
            await store.Ask(context => context.Datasets.CountAsync(Token)) * 5,
            await store.Ask(context => context.DatasetChunks.CountAsync(Token)));
    }

    private static Task<DatasetRow> Add(DatasetStore datasets, string name, int seed)
    {
        var all = new DigitSet(new FeatureShape(1, 8, 8), OwnPictures.Noise(seed, 10 * 64), new byte[10]);
        DrawnSplits splits = SplitDraw.Draw(all, null, null, seed: 1, validationShare: 0.1, testShare: 0.1)!;
        return datasets.AddAsync(DatasetContent.Row(name, splits, labels: null), splits, Token);
    }
}
