using System.Diagnostics;
using System.Diagnostics.Metrics;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Training;

namespace AutoencoderApi.Api.Models;

/// <summary>The networks used last, ready for pictures. One in use outlives its place in here until it is given back.</summary>
internal sealed class LoadedModels(CheckpointStore checkpoints) : IDisposable
{
    /// <summary>What the look-ups are counted under.</summary>
    public const string MeterName = "AutoencoderApi.Models";

    private const int Capacity = 8;
    private static readonly TimeSpan s_trusted = TimeSpan.FromSeconds(1);

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Counter<long> s_lookups = s_meter.CreateCounter<long>(
        "autoencoder.model_cache.lookups", "{lookup}", "Networks asked for: hit where it was loaded already, miss where its checkpoint had to be read.");

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _recent = [];
    private long _lastDeletion;

    /// <summary>
    /// A loaded network whose checkpoint was in the store less than a second ago: then it is not asked for again, and one that
    /// another process has deleted is answered for that much longer. Else null.
    /// </summary>
    public Rent? RentSeen(Guid id)
    {
        lock (_lock)
        {
            if (Find(id) is not { } entry || entry.SeenAt <= _lastDeletion || Stopwatch.GetElapsedTime(entry.SeenAt) >= s_trusted)
            {
                return null;
            }

            Count("hit");
            return Take(entry);
        }
    }

    /// <summary>The checkpoint's network, to be given back by disposing of it; or what is wrong with the checkpoint's file.</summary>
    /// <param name="seenAt">The timestamp before the store was asked for <paramref name="row"/>.</param>
    public async Task<(Rent? Rent, string? Damage)> RentAsync(CheckpointRow row, long seenAt, CancellationToken token)
    {
        lock (_lock)
        {
            if (Find(row.Id) is { } loaded)
            {
                loaded.SeenAt = Math.Max(loaded.SeenAt, seenAt);
                Count("hit");
                return (Take(loaded), null);
            }
        }

        Count("miss");
        return await checkpoints.LoadAsync(row, token) switch
        {
            SnapshotRead.Valid valid => (Add(row.Id, new Model(valid.Snapshot), seenAt), null),
            SnapshotRead.Invalid invalid => (null, invalid.Reason),
            _ => throw new InvalidOperationException("unreachable"),
        };
    }

    /// <summary>Some checkpoint is gone: each is looked for in the store before it is used again.</summary>
    public void Deleted()
    {
        lock (_lock)
        {
            _lastDeletion = Stopwatch.GetTimestamp();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Entry entry in _recent)
            {
                Release(entry);
            }

            _recent.Clear();
        }
    }

    private static void Count(string result) => s_lookups.Add(1, new KeyValuePair<string, object?>("result", result));

    private Entry? Find(Guid id) => _recent.FirstOrDefault(entry => entry.Id == id);

    private Rent Take(Entry entry)
    {
        _recent.Remove(entry);
        _recent.AddFirst(entry);
        entry.Users++;
        return new Rent(this, entry);
    }

    private Rent Add(Guid id, Model model, long seenAt)
    {
        lock (_lock)
        {
            if (Find(id) is { } meanwhile)
            {
                model.Dispose();
                return Take(meanwhile);
            }

            var entry = new Entry(id, model) { Users = 2, SeenAt = seenAt }; // the cache itself and the caller
            _recent.AddFirst(entry);
            if (_recent.Count > Capacity)
            {
                Entry oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                Release(oldest);
            }

            return new Rent(this, entry);
        }
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Users == 0)
            {
                entry.Model.Dispose();
            }
        }
    }

    internal sealed class Rent(LoadedModels owner, Entry entry) : IDisposable
    {
        public Model Model => entry.Model;

        public void Dispose() => owner.Release(entry);
    }

    internal sealed class Entry(Guid id, Model model)
    {
        public Guid Id { get; } = id;

        public Model Model { get; } = model;

        public int Users { get; set; }

        /// <summary>When the store was last asked for its checkpoint, and had it.</summary>
        public long SeenAt { get; set; }
    }
}
