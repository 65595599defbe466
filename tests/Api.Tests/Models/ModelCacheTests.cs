using System.Runtime.CompilerServices;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Films;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests.Models;

public sealed class ModelCacheTests : IAsyncLifetime
{
    private const int Others = 24; // three times as many as the cache holds
    private const long Memory = 1 << 30;

    private static readonly float[] s_image = [.. Enumerable.Range(0, 784).Select(i => i / 784f)];

    private readonly MemoryBudget _memory = new(Memory);
    private StoreUnderTest? _store;
    private CheckpointStore? _checkpoints;
    private ModelCache? _cache;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ModelCache Cache => _cache!;

    private FakeTimeProvider Time => _store!.Time;

    public async ValueTask InitializeAsync()
    {
        _store = await StoreUnderTest.New("sqlite");
        _checkpoints = new CheckpointStore(_store.Stores);
        _cache = new ModelCache(
            _checkpoints, new FilmStore(_store.Stores), _store.Deletions, _memory, Options.Create(new TrainingOptions()), Time);
    }

    public async ValueTask DisposeAsync()
    {
        Cache.Dispose();
        await _store!.DisposeAsync();
    }

    [Fact]
    public async Task A_network_that_is_evicted_while_it_is_in_use_answers_until_its_lease_ends_and_is_then_forgotten()
    {
        CheckpointRow row = await Add();
        WeakReference model = await UseWhileEvicted(row);
        for (int i = 0; i < 10 && model.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(model.IsAlive);
    }

    [Fact]
    public async Task A_network_that_is_used_again_and_again_stays_while_others_come_and_go()
    {
        CheckpointRow row = await Add();
        using ModelCache.Lease first = await Lease(row);
        for (int i = 0; i < Others; i++)
        {
            (await Lease(await Add())).Dispose();
            using ModelCache.Lease again = await Lease(row);
            Assert.Same(first.Model, again.Model);
        }
    }

    [Fact]
    public async Task Requests_for_one_network_at_once_share_one_reading_which_no_caller_that_leaves_ends()
    {
        CheckpointRow row = await Add();
        using var leaves = new CancellationTokenSource();
        Task<Result<ModelCache.Lease, ProblemHttpResult>> left = Cache.LeaseAsync(row, Time.GetTimestamp(), leaves.Token);
        Task<ModelCache.Lease>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => Task.Run(() => Lease(row), Token))];
        await leaves.CancelAsync();
        ModelCache.Lease[] leases = await Task.WhenAll(waiting);
        Assert.Single(leases.Select(lease => lease.Model).Distinct());
        Array.ForEach(leases, lease => lease.Dispose());
        await left.ContinueWith(_ => { }, TaskScheduler.Default);
        TakeAll(); // what the readings held is given back
    }

    [Fact]
    public async Task For_a_second_the_store_is_not_asked_again_and_after_a_deletion_it_is_at_once()
    {
        CheckpointRow row = await Add();
        Assert.Null(Cache.LeaseIfSeen(row.Id));
        (await Lease(row)).Dispose();
        Assert.True(IsSeen(row));
        Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(IsSeen(row));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(IsSeen(row));

        long before = Time.GetTimestamp();
        Time.Advance(TimeSpan.FromMilliseconds(10));
        await _store!.Ask(context => context.Tags.ExecuteDeleteAsync(Token));
        (await Lease(row, seenAt: before)).Dispose(); // the store was asked before the deletion, and may have had what is gone
        Assert.False(IsSeen(row));
        Time.Advance(TimeSpan.FromMilliseconds(10));
        (await Lease(row)).Dispose();
        Assert.True(IsSeen(row));
    }

    [Fact]
    public async Task What_could_not_be_read_is_read_again_when_it_is_asked_for_again()
    {
        CheckpointRow row = await Add();
        TakeAll();
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, await Refusal(row));
        _memory.Return("one", _memory.Share);
        (await Lease(row)).Dispose();

        CheckpointRow damaged = await Add();
        byte[] content = (await _checkpoints!.ReadAsync(damaged, Token))!;
        await Write(damaged, [.. content[..^1], (byte)(content[^1] ^ 1)]);
        Assert.Equal(StatusCodes.Status422UnprocessableEntity, await Refusal(damaged));
        await Write(damaged, content);
        (await Lease(damaged)).Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // so that no local of the test holds the model
    private async Task<WeakReference> UseWhileEvicted(CheckpointRow row)
    {
        using ModelCache.Lease lease = await Lease(row);
        float[] expected = lease.Model.Reconstruct(s_image);
        for (int i = 0; i < Others; i++)
        {
            (await Lease(await Add())).Dispose();
        }

        Assert.False(IsSeen(row));
        AssertEqual(expected, lease.Model.Reconstruct(s_image));
        using ModelCache.Lease later = await Lease(row);
        Assert.NotSame(lease.Model, later.Model);
        AssertEqual(expected, later.Model.Reconstruct(s_image));
        return new WeakReference(lease.Model);
    }

    /// <summary>But for the last bits: where its weights lie in memory decides in which order libtorch adds.</summary>
    private static void AssertEqual(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));

    private void TakeAll()
    {
        Assert.Equal(MemoryGrant.Granted, _memory.Take("one", _memory.Share));
        Assert.Equal(MemoryGrant.Granted, _memory.Take("other", Memory - _memory.Share));
    }

    private bool IsSeen(CheckpointRow row)
    {
        using ModelCache.Lease? lease = Cache.LeaseIfSeen(row.Id);
        return lease is not null;
    }

    private async Task<ModelCache.Lease> Lease(CheckpointRow row, long? seenAt = null)
    {
        return (await Cache.LeaseAsync(row, seenAt ?? Time.GetTimestamp(), Token)).Value();
    }

    private async Task<int> Refusal(CheckpointRow row)
    {
        return (await Cache.LeaseAsync(row, Time.GetTimestamp(), Token)).Fault().StatusCode;
    }

    /// <summary>A stored checkpoint of a small network, which holds memory that only its disposal frees at once.</summary>
    private async Task<CheckpointRow> Add()
    {
        TrainingSettings settings = TrainingSettings.For(Architecture.Dense, "synthetic-digits") with { DenseWidths = [8, 4] };
        (CheckpointRow row, CheckpointFileRow file) = CheckpointStore.Rows(
            await Job(),
            Trainer.CreateInitialState(settings, threads: 1),
            1);
        Assert.True(await _checkpoints!.AddAsync(row, file, answer: null, Token));
        return row;
    }

    private async Task<Guid> Job() =>
        await _store!.Ask(context => context.Jobs.Select(job => (Guid?)job.Id).FirstOrDefaultAsync(Token)) ?? await _store.AddJob();

    private Task<int> Write(CheckpointRow row, byte[] content) =>
        _store!.Ask(context =>
            context
                .CheckpointFiles.Where(file => file.CheckpointId == row.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(file => file.Content, content), Token));
}
