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

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Counter<long> s_lookups = s_meter.CreateCounter<long>(
        "autoencoder.model_cache.lookups", "{lookup}", "Networks asked for: hit where it was loaded already, miss where its checkpoint had to be read.");

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _recent = [];

    /// <summary>The checkpoint's network, to be given back by disposing of it; or what is wrong with the checkpoint's file.</summary>
    public async Task<(Rent? Rent, string? Damage)> RentAsync(CheckpointRow row, CancellationToken token)
    {
        Rent? loaded = Take(row.Id);
        s_lookups.Add(1, new KeyValuePair<string, object?>("result", loaded is null ? "miss" : "hit"));
        if (loaded is not null)
        {
            return (loaded, null);
        }

        return await checkpoints.LoadAsync(row, token) switch
        {
            SnapshotRead.Valid valid => (Add(row.Id, new Model(valid.Snapshot)), null),
            SnapshotRead.Invalid invalid => (null, invalid.Reason),
            _ => throw new InvalidOperationException("unreachable"),
        };
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

    private Rent? Take(Guid id)
    {
        lock (_lock)
        {
            for (LinkedListNode<Entry>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    node.Value.Users++;
                    return new Rent(this, node.Value);
                }
            }

            return null;
        }
    }

    private Rent Add(Guid id, Model model)
    {
        lock (_lock)
        {
            if (Take(id) is { } meanwhile)
            {
                model.Dispose();
                return meanwhile;
            }

            var entry = new Entry(id, model) { Users = 2 }; // the cache itself and the caller
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
    }
}
