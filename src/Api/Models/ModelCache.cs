using System.Diagnostics.Metrics;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Films;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using BitFaster.Caching;
using BitFaster.Caching.Lru;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Models;

/// <summary>
/// The networks used last, ready for images. One in use outlives its place in here until it is given back. Requests that ask for the same
/// network, which is not here, wait for one reading of its checkpoint.
/// </summary>
internal sealed class ModelCache(
    CheckpointStore checkpoints,
    FilmStore films,
    DeletionInterceptor deletions,
    MemoryBudget memory,
    IOptions<TrainingOptions> options,
    TimeProvider time)
    : IDisposable
{
    /// <summary>What the look-ups are counted under.</summary>
    public const string MeterName = "AutoencoderApi.Models";

    private const int Capacity = 8;
    private const int RetrySeconds = 1;

    /// <summary>Who holds the memory of a reading that several requests wait for.</summary>
    private const string Reader = "networks being loaded";

    private static readonly TimeSpan s_trusted = TimeSpan.FromSeconds(1);

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Counter<long> s_lookups = s_meter.CreateCounter<long>(
        "autoencoder.model_cache.lookups",
        "{lookup}",
        "Networks asked for: hit where it was loaded already, miss where its checkpoint had to be read.");

    private readonly IScopedAsyncCache<Guid, Entry> _models = new ConcurrentLruBuilder<Guid, Entry>()
        .WithCapacity(Capacity)
        .AsScopedCache()
        .WithAtomicGetOrAdd()
        .AsAsyncCache()
        .Build();

    /// <summary>
    /// The network of the checkpoint with that id or tag, or of a frame of a job's film, to be given back by disposing of it; or the
    /// problem with getting it.
    /// </summary>
    public async Task<Result<Lease, ProblemHttpResult>> OpenAsync(string reference, CancellationToken token)
    {
        if (Guid.TryParse(reference, out Guid id) && LeaseIfSeen(id) is { } seen)
        {
            return seen;
        }

        long askedAt = time.GetTimestamp();
        if (FilmFrameName.TryParse(reference, out FilmFrameName name))
        {
            return await films.FindAsync(name.Job, name.Step, token) is { } frame
                ? await LeaseAsync(name.KeyOf(frame), askedAt, () => ReadFrameAsync(name, frame), token)
                : Problems.CheckpointNotFound(reference);
        }

        return await checkpoints.FindAsync(reference, token) is { } row
            ? await LeaseAsync(row, askedAt, token)
            : Problems.CheckpointNotFound(reference);
    }

    /// <summary>
    /// A loaded network whose checkpoint was in the store less than a second ago: then it is not asked for again, and one that
    /// another process has deleted is answered for that much longer. Else null.
    /// </summary>
    public Lease? LeaseIfSeen(Guid id)
    {
        if (!_models.ScopedTryGet(id, out Lifetime<Entry>? found))
        {
            return null;
        }

        if (!IsFresh(found.Value))
        {
            found.Dispose();
            return null;
        }

        Count("hit");
        return new Lease(found);
    }

    /// <summary>
    /// The sha256 of a checkpoint whose network is loaded, and which was in the store less than a second ago, and the data set that it was
    /// trained on; else null.
    /// </summary>
    public (string Sha256, string Dataset)? SourceIfSeen(Guid id)
    {
        if (!_models.ScopedTryGet(id, out Lifetime<Entry>? found))
        {
            return null;
        }

        using (found)
        {
            return found.Value is { Model: { } model, Sha256: { } sha256 } entry && IsFresh(entry) ? (sha256, model.Dataset) : null;
        }
    }

    /// <summary>Notes that the checkpoint was in the store at that timestamp.</summary>
    public void Saw(Guid id, long at)
    {
        if (_models.ScopedTryGet(id, out Lifetime<Entry>? found))
        {
            using (found)
            {
                InterlockedMax(ref found.Value.SeenAt, at);
            }
        }
    }

    /// <summary>The checkpoint's network; or the problem with reading it.</summary>
    /// <param name="seenAt">The timestamp before the store was asked for <paramref name="row"/>.</param>
    public Task<Result<Lease, ProblemHttpResult>> LeaseAsync(CheckpointRow row, long seenAt, CancellationToken token) =>
        LeaseAsync(row.Id, seenAt, () => ReadAsync(row), token);

    public void Dispose() => _models.Clear();

    private async Task<Result<Lease, ProblemHttpResult>> LeaseAsync(Guid id, long seenAt, Func<Task<Entry>> read, CancellationToken token)
    {
        bool isHit = _models.ScopedTryGet(id, out Lifetime<Entry>? lifetime);
        Count(isHit ? "hit" : "miss");
        lifetime ??= await GetAsync(id, read, token);
        Entry entry = lifetime.Value;
        if (entry.Problem is { } problem)
        {
            lifetime.Dispose();
            _models.TryRemove(id);
            return problem;
        }

        InterlockedMax(ref entry.SeenAt, seenAt);
        return new Lease(lifetime);
    }

    private bool IsFresh(Entry entry)
    {
        long seen = Interlocked.Read(ref entry.SeenAt);
        return entry.Model is not null && seen > deletions.LastAt && time.GetElapsedTime(seen) < s_trusted;
    }

    private static void Count(string result) => s_lookups.Add(1, new KeyValuePair<string, object?>("result", result));

    private static void InterlockedMax(ref long target, long value)
    {
        for (long there = Interlocked.Read(ref target); there < value;)
        {
            long before = Interlocked.CompareExchange(ref target, value, there);
            there = before == there ? value : before;
        }
    }

    /// <summary>Waits for the reading, which goes on for the others where this caller gives up.</summary>
    private async Task<Lifetime<Entry>> GetAsync(Guid id, Func<Task<Entry>> read, CancellationToken token)
    {
        Task<Lifetime<Entry>> reading = _models.ScopedGetOrAddAsync(id, async _ => new Scoped<Entry>(await read())).AsTask();
        try
        {
            return await reading.WaitAsync(token);
        }
        catch (OperationCanceledException)
        {
            _ = reading.ContinueWith(
                done => done.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            throw;
        }
    }

    private Task<Entry> ReadAsync(CheckpointRow row) =>
        ReadAsync(
            row.Id,
            row.Sha256,
            sizeof(float) * (long)NetworkDefinition.For(row.Settings).ParameterCount,
            () => checkpoints.LoadWeightsAsync(row, CancellationToken.None));

    private Task<Entry> ReadFrameAsync(FilmFrameName name, FilmFrame frame) =>
        ReadAsync(
            name.KeyOf(frame),
            frame.Sha256,
            frame.Bytes,
            async () => await films.ReadAsync(name.Job, frame, CancellationToken.None) is { } file
                ? CheckpointFile.Read(file)
                : "The frame is gone, or not as it was written.");

    /// <param name="weightBytes">Of the weights in the store.</param>
    private async Task<Entry> ReadAsync(Guid id, string sha256, long weightBytes, Func<Task<Result<Checkpoint, string>>> load)
    {
        long bytes = 2 * weightBytes; // as they are read, and as the network holds them
        if (memory.Take(Reader, bytes) != MemoryGrant.Granted)
        {
            return new Entry(Problems.MemoryFull(RetrySeconds));
        }

        try
        {
            return (await load()).TryGet(out Checkpoint? checkpoint, out string? damage)
                ? new Entry(new Model(checkpoint, options.Value.Engine), id, sha256)
                : new Entry(Problems.CheckpointDamaged(damage));
        }
        finally
        {
            memory.Return(Reader, bytes);
        }
    }

    internal sealed class Lease(Lifetime<Entry> lifetime) : IDisposable
    {
        public Model Model => lifetime.Value.Model!;

        /// <summary>Id of the network's checkpoint; of a frame of a film an id that no checkpoint has.</summary>
        public Guid Checkpoint => lifetime.Value.Checkpoint;

        public void Dispose() => lifetime.Dispose();
    }

    internal sealed class Entry : IDisposable
    {
        /// <summary>When the store was last asked for its checkpoint, and had it.</summary>
        public long SeenAt;

        public Entry(Model model, Guid checkpoint, string sha256) => (Model, Checkpoint, Sha256) = (model, checkpoint, sha256);

        public Entry(ProblemHttpResult problem) => Problem = problem;

        public Model? Model { get; }

        public Guid Checkpoint { get; }

        /// <summary>Of the checkpoint's file; null beside a problem.</summary>
        public string? Sha256 { get; }

        public ProblemHttpResult? Problem { get; }

        public void Dispose() => Model?.Dispose();
    }
}
