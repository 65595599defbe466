using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Tests;
using Hangfire;
using Hangfire.States;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests;

/// <summary>The database's clock is set by some hours: shown by times in the store that are as far ahead, or as long ago.</summary>
[StartsProcesses]
public sealed class ClockTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("sqlite", 3)]
    [InlineData("sqlite", -3)]
    [InlineData("postgres", 3)]
    [InlineData("postgres", -3)]
    public async Task A_job_whose_worker_died_before_the_clock_was_set_is_queued_again(string provider, int hours)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob(), cancelled = await store.AddJob();
        Assert.NotNull(await store.Claim(job));
        Assert.NotNull(await store.Claim(cancelled));
        await store.Ask(context =>
            context
                .Jobs.Where(row => row.Id == cancelled)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, JobStatus.Cancelling)));
        await SetClock(store, hours);
        await SweepUntil(store, async () =>
            (await store.Row(job)).Status == JobStatus.Queued && (await store.Row(cancelled)).Status == JobStatus.Cancelled);
    }

    [Theory]
    [InlineData("sqlite", 3)]
    [InlineData("sqlite", -3)]
    [InlineData("postgres", 3)]
    [InlineData("postgres", -3)]
    public async Task A_worker_that_lives_keeps_its_job_when_the_clock_is_set(string provider, int hours)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        JobLease lease = (await store.Claim(job))!;
        await SetClock(store, hours);
        await store.Maintenance.MaintainAsync(CancellationToken.None); // before the next beat
        Assert.Equal(JobStatus.Running, await store.Recorder.BeatAsync(lease, 1, 1, moved: true, CancellationToken.None));
        for (int round = 0; round < 3; round++)
        {
            await store.SweepNow();
        }

        Assert.Equal((JobStatus.Running, lease.Fence), ((await store.Row(job)).Status, (await store.Row(job)).Fence));
    }

    [Theory]
    [InlineData("sqlite", 3)]
    [InlineData("postgres", 3)]
    public async Task A_queued_job_whose_entry_is_lost_gets_a_new_one_after_the_clock_was_set_back(string provider, int hours)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        string? entry = (await store.Row(job)).QueueEntry;
        new BackgroundJobClient(store.Queue).ChangeState(entry, new DeletedState(), null);
        await SetClock(store, hours);
        await SweepUntil(store, async () => (await store.Row(job)).QueueEntry != entry);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("best")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task An_experiment_of_an_earlier_version_that_wants_a_managed_name_as_its_tag_ends_without_one(string tag)
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        Guid job = await store.AddJob();
        JobLease lease = (await store.Claim(job))!;
        Checkpoint checkpoint = LeaseTests.CheckpointAtStep20() with { Losses = new Losses(0.1, 0.1, 0.1) };
        Assert.True(await store.Recorder.CheckpointedAsync(lease, checkpoint, 1, isFilmed: false));
        await store.Recorder.EndAsync(lease, JobStatus.Succeeded, error: null);
        var experiment = new ExperimentRow { Id = Guid.CreateVersion7(), Tag = tag, CreatedAt = DateTime.UtcNow };
        await store.Ask(async context =>
        {
            context.Experiments.Add(experiment);
            await context.SaveChangesAsync();
            return await context
                .Jobs.Where(row => row.Id == job)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ExperimentId, experiment.Id));
        });
        await new ExperimentStore(store.Stores, new TagStore(store.Stores)).EndAsync(CancellationToken.None);
        Assert.NotNull(await store.Ask(context => context.Experiments.Select(row => row.EndedAt).SingleAsync()));
        Assert.Empty(await store.Ask(context => context.Tags.ToListAsync()));
    }

    /// <summary>Moves all times that the store waits for, as if the clock had been <paramref name="hours"/> ahead until now.</summary>
    private static async Task SetClock(StoreUnderTest store, int hours)
    {
        await store.Ask(context =>
            context
                .Jobs.Where(row => row.LeaseUntil != null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, row => row.LeaseUntil!.Value.AddHours(hours))));
        await store.Ask(context =>
            context
                .Jobs.Where(row => row.QueueCheckAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.QueueCheckAt, row => row.QueueCheckAt!.Value.AddHours(hours))));
        await store.Ask(context =>
            context.Sweeps.ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, DateTime.UtcNow.AddHours(hours))));
    }

    /// <summary>
    /// Sweeps as the service does, each second, for as long as a dead worker's job may wait at most after its lease has run
    /// out.
    /// </summary>
    private static async Task SweepUntil(StoreUnderTest store, Func<Task<bool>> holds)
    {
        for (int second = 0; second < 10; second++)
        {
            await store.Maintenance.MaintainAsync(CancellationToken.None);
            if (await holds())
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        Assert.Fail("The sweeps of ten seconds did not bring it back.");
    }
}
