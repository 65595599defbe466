using System.Diagnostics;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Runs;
using Hangfire;
using Hangfire.States;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class LeaseTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly JobError s_error = new("urn:autoencoder-api:problem:internal-error", "title", "detail");

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Of_many_workers_that_claim_one_job_at_once_one_gets_it(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        for (int i = 0; i < 10; i++)
        {
            Guid job = await store.AddJob();
            JobLease?[] leases = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.Claim(job))));
            Assert.Single(leases, lease => lease is not null);
            Assert.Equal(1, (await store.Row(job)).Attempt);
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_worker_whose_job_was_given_to_another_can_write_nothing(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        JobLease old = (await store.Claim(job))!;
        Assert.True(await store.Recorder.EvaluatedAsync(old, Point(0), 1));
        await store.LoseWorker(job);
        JobLease current = (await store.Claim(job))!;
        Assert.True(await store.Recorder.EvaluatedAsync(current, Point(20), 2));

        await Expect_no_write_by(old, store);
        Assert.Equal(JobStatus.Running, await store.Recorder.BeatAsync(current, 21, 1, moved: true, CancellationToken.None));
        Assert.True(await store.Recorder.CheckpointedAsync(current, CheckpointAtStep20(), 3, isFilmed: false));
        await store.Recorder.EndAsync(current, JobStatus.Succeeded, error: null);
        Assert.Equal(JobStatus.Succeeded, (await store.Row(job)).Status);
        await Expect_no_write_by(current, store); // a job that has ended is nobody's
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_worker_whose_own_clock_says_that_its_lease_has_run_out_writes_nothing_though_nobody_has_the_job(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        JobLease lease = (await store.Claim(job))!;
        Assert.InRange(lease.Remaining.TotalSeconds, 1, JobLease.Seconds);
        lease.Renewed(Stopwatch.GetTimestamp() - (JobLease.Seconds * Stopwatch.Frequency));
        await Expect_no_write_by(lease, store);
        // by a beat that was under way: what was given up is not there, so what follows it must not be
        lease.Renewed(Stopwatch.GetTimestamp());
        await Expect_no_write_by(lease, store);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_write_whose_answer_was_lost_is_written_once_when_tried_again(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        JobLease lease = (await store.Claim(await store.AddJob()))!;
        Assert.True(await store.Recorder.EvaluatedAsync(lease, Point(20), 2));
        Assert.True(await store.Recorder.EvaluatedAsync(lease, Point(20), 2));
        Assert.Equal(1, await store.Ask(context => context.Metrics.CountAsync()));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_film_has_each_step_once_and_forgets_what_lies_behind_the_checkpoint_that_the_run_goes_on_from(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        JobLease lease = (await store.Claim(await store.AddJob()))!;
        foreach (int step in (int[])[0, 1, 1, 16, 20])
        {
            Assert.True(await store.Recorder.FramedAsync(lease, (CheckpointAtStep20() with { Step = step }).ToFrame()));
        }

        Assert.True(await store.Recorder.CheckpointedAsync(lease, CheckpointAtStep20(), 1, isFilmed: true));
        Assert.True(await store.Recorder.CheckpointedAsync(lease, CheckpointAtStep20() with { Step = 40 }, 1, isFilmed: true));
        Assert.True(await store.Recorder.CheckpointedAsync(lease, CheckpointAtStep20() with { Step = 60 }, 1, isFilmed: false));
        Assert.Equal((int[])[0, 1, 16, 20, 40], await Steps());
        Assert.True(await store.Recorder.RewindAsync(lease, evaluated: 0, framed: 20));
        Assert.Equal((int[])[0, 1, 16, 20], await Steps());

        Task<int[]> Steps() =>
            store.Ask(context => context.FilmFrames.OrderBy(frame => frame.Step).Select(frame => frame.Step).ToArrayAsync());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_job_whose_start_kills_its_worker_three_times_ends_as_failed_and_another_in_the_same_process_does_not(
        string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid killer = await store.AddJob(), bystander = await store.AddJob();
        for (int i = 0; i < ExpiredLeases.MaxClaimsWithoutStep; i++)
        {
            Assert.NotNull(await store.Claim(killer));
            JobLease? beside = await store.Claim(bystander);
            if (i == 1)
            {
                await store.Recorder.BeatAsync(beside!, 1, null, moved: true, CancellationToken.None); // it got past its first step
            }

            await store.LoseWorker(bystander);
            await store.LoseWorker(killer);
        }

        JobRow failed = await store.Row(killer);
        Assert.Equal(JobStatus.Failed, failed.Status);
        Assert.Equal("urn:autoencoder-api:problem:worker-lost", failed.Error!.Type);
        Assert.NotNull(failed.EndedAt);
        Assert.Equal(JobStatus.Queued, (await store.Row(bystander)).Status);
        Assert.Null(await store.Claim(killer));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Jobs_whose_workers_died_at_the_start_are_enqueued_one_at_a_time(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid[] jobs = [await store.AddJob(), await store.AddJob()];
        foreach (Guid job in jobs)
        {
            Assert.NotNull(await store.Claim(job));
        }

        foreach (Guid job in jobs)
        {
            await store.LoseWorker(job);
        }

        Assert.NotNull((await store.Row(jobs[0])).QueueEntry);
        Assert.Null((await store.Row(jobs[1])).QueueEntry);
        JobLease first = (await store.Claim(jobs[0]))!;
        await store.SweepNow();
        Assert.Null((await store.Row(jobs[1])).QueueEntry);
        await store.Recorder.BeatAsync(first, 1, null, moved: true, CancellationToken.None);
        await store.SweepNow();
        Assert.NotNull((await store.Row(jobs[1])).QueueEntry);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_job_that_fails_twice_at_the_same_step_ends_as_failed_with_the_reason(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        foreach (int step in (int[])[7, 9])
        {
            await store.Recorder.FaultedAsync((await store.Claim(job))!, step, s_error);
            Assert.Equal(JobStatus.Queued, (await store.Row(job)).Status);
        }

        await store.Recorder.FaultedAsync((await store.Claim(job))!, 9, s_error);
        JobRow failed = await store.Row(job);
        Assert.Equal((JobStatus.Failed, s_error), (failed.Status, failed.Error));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_job_whose_workers_were_stopped_within_a_long_step_again_and_again_is_not_taken_for_one_that_kills_them(
        string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        for (int i = 0; i < ExpiredLeases.MaxClaimsWithoutCheckpoint; i++)
        {
            Assert.Equal(JobStatus.Queued, await store.Recorder.EndAsync((await store.Claim(job))!, JobStatus.Queued, error: null));
        }

        Assert.NotNull(await store.Claim(job));
        await store.LoseWorker(job);
        Assert.Equal(JobStatus.Queued, (await store.Row(job)).Status);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_sweep_gives_a_lost_entry_anew_leaves_a_waiting_one_and_is_done_by_one_process_at_a_time(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid waiting = await store.AddJob(), lost = await store.AddJob();
        string? entry = (await store.Row(waiting)).QueueEntry, gone = (await store.Row(lost)).QueueEntry;
        Assert.NotNull(entry);
        new BackgroundJobClient(store.Queue).ChangeState(gone, new DeletedState(), null);
        await store.Ask(context => context.Jobs.ExecuteUpdateAsync(set => set.SetProperty(row => row.QueueCheckAt, DateTime.UnixEpoch)));
        await store.Ask(context => context.Sweeps.ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, DateTime.UnixEpoch)));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.Maintenance.MaintainAsync(CancellationToken.None))));
        Assert.Equal(entry, (await store.Row(waiting)).QueueEntry);
        Assert.NotEqual(gone, (await store.Row(lost)).QueueEntry);
        Assert.Equal(3, store.Queue.GetMonitoringApi().EnqueuedCount("default")); // Hangfire keeps the deleted one in its list; one is new
    }

    [Fact]
    public async Task A_worker_frozen_within_a_write_on_PostgreSQL_cannot_hold_up_the_sweep()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("postgres", postgres);
        Guid job = await store.AddJob();
        JobLease lease = (await store.Claim(job))!;
        await using AppDbContext frozen = await store.Stores.CreateDbContextAsync();
        await using var transaction = await frozen.Database.BeginTransactionAsync();
        Assert.Equal(1, await lease.Row(frozen).ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, DateTime.UnixEpoch)));
        Task lose = store.LoseWorker(job);
        Assert.Same(lose, await Task.WhenAny(lose, Task.Delay(TimeSpan.FromSeconds(8))));
        await lose;
        Assert.Equal(JobStatus.Queued, (await store.Row(job)).Status);
        await Assert.ThrowsAnyAsync<Exception>(() => transaction.CommitAsync());
        Assert.Equal(lease.Fence + 1, (await store.Row(job)).Fence);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_heartbeat_overtaken_by_a_point_sets_no_step_back_but_going_on_from_a_checkpoint_does(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid job = await store.AddJob();
        JobLease lease = (await store.Claim(job))!;
        Assert.True(await store.Recorder.EvaluatedAsync(lease, Point(20), 1));
        await store.Recorder.BeatAsync(lease, 15, 1, moved: true, CancellationToken.None);
        Assert.Equal(20, (await store.Row(job)).Step);
        Assert.True(await store.Recorder.RewindAsync(lease, 10, 10));
        Assert.Equal(10, (await store.Row(job)).Step);
        await store.Recorder.BeatAsync(lease, 11, 1, moved: true, CancellationToken.None);
        Assert.Equal(11, (await store.Row(job)).Step);
    }

    private static async Task Expect_no_write_by(JobLease lease, StoreUnderTest store)
    {
        long version = (await store.Row(lease.JobId)).Version;
        (int, int, int) counts = await Counts();
        Assert.Null(await store.Recorder.BeatAsync(lease, 99, 1, moved: true, CancellationToken.None));
        Assert.False(await store.Recorder.EvaluatedAsync(lease, Point(99), 1));
        Assert.False(await store.Recorder.FramedAsync(lease, CheckpointAtStep20().ToFrame()));
        Assert.False(await store.Recorder.WarnedAsync(lease, "a warning"));
        Assert.False(await store.Recorder.CheckpointedAsync(lease, CheckpointAtStep20(), 1, isFilmed: true));
        Assert.False(await store.Recorder.RewindAsync(lease, -1, -1));
        await store.Recorder.FaultedAsync(lease, 99, s_error);
        await store.Recorder.EndAsync(lease, JobStatus.Failed, s_error);
        Assert.Equal(version, (await store.Row(lease.JobId)).Version);
        Assert.Equal(counts, await Counts());

        async Task<(int, int, int)> Counts() => (
            await store.Ask(context => context.Metrics.CountAsync()),
            await store.Ask(context => context.Checkpoints.CountAsync()),
            await store.Ask(context => context.FilmFrames.CountAsync()));
    }

    private static TrainingEvent.Evaluated Point(int step) => new(step, 0.1, 0.1, 0);

    internal static Checkpoint CheckpointAtStep20()
    {
        TrainingSettings settings = TrainingSettings.For(Domain.Networks.Architecture.Strided, "synthetic-digits");
        return Trainer.CreateInitialState(settings, threads: 1) with { Step = 20 };
    }
}
