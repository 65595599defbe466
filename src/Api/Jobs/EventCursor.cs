using System.Buffers.Binary;
using System.Buffers.Text;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// What a reader of all events has received, as the id of an event tells it: the versions of what has not ended, and what has ended a short
/// while ago. So any process can go on after it, from what is stored. What ended earlier was received before <see cref="Since"/>.
/// </summary>
/// <param name="since">By the database's clock.</param>
internal sealed class EventCursor(DateTime since)
{
    /// <summary>How long a write may take to be seen, and clocks of processes may differ.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    private const int MaxEntries = 512; // 8 KB of a request's 16 KB of headers
    private const int TimeBytes = 8;
    private const int EntryBytes = 12;
    private const uint EndedBit = 0x8000_0000;

    private readonly Dictionary<long, Entry> _entries = [];

    public DateTime Since { get; private set; } = since;

    public EventCursor Copy()
    {
        var copy = new EventCursor(Since);
        foreach ((long key, Entry entry) in _entries)
        {
            copy._entries[key] = entry;
        }

        return copy;
    }

    /// <returns>The version up to which all events were received; null where the cursor does not say.</returns>
    public long? VersionOf(Guid id) => _entries.TryGetValue(Key(id), out Entry entry) ? entry.Version : null;

    public bool HasEnded(Guid id) => _entries.TryGetValue(Key(id), out Entry entry) && entry.EndedAt is not null;

    /// <summary>Whether that end was received. A job that was resumed or extended since may end again.</summary>
    public bool HasEnded(Guid id, DateTime endedAt, long version) =>
        _entries.TryGetValue(Key(id), out Entry entry) && entry.EndedAt is { } received
        && (endedAt <= received || version <= entry.Version);

    public void Received(Guid id, long version) => _entries[Key(id)] = new Entry(version, EndedAt: null);

    public void Ended(Guid id, long version, DateTime at) => _entries[Key(id)] = new Entry(version, at);

    public void Forget(Guid id) => _entries.Remove(Key(id));

    /// <summary>Says that all that ended before that time was received.</summary>
    public void Advance(DateTime now)
    {
        Since = now;
        foreach ((long key, Entry entry) in _entries.Where(entry => entry.Value.EndedAt < now - Slack).ToList())
        {
            _entries.Remove(key);
        }
    }

    /// <summary>The id of the event after which all this was received. Beyond the bound, what ended first may be sent again.</summary>
    public override string ToString()
    {
        KeyValuePair<long, Entry>[] told = _entries.Count <= MaxEntries
            ? [.. _entries]
            : [.. _entries.OrderByDescending(entry => entry.Value.EndedAt ?? DateTime.MaxValue).Take(MaxEntries)];
        byte[] bytes = new byte[TimeBytes + (EntryBytes * told.Length)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, new DateTimeOffset(Since, TimeSpan.Zero).ToUnixTimeMilliseconds());
        for (int i = 0; i < told.Length; i++)
        {
            (long key, Entry entry) = told[i];
            Span<byte> at = bytes.AsSpan(TimeBytes + (EntryBytes * i));
            BinaryPrimitives.WriteInt64BigEndian(at, key);
            BinaryPrimitives.WriteUInt32BigEndian(at[sizeof(long)..], (uint)entry.Version | (entry.EndedAt is null ? 0 : EndedBit));
        }

        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string id, out EventCursor cursor)
    {
        cursor = new EventCursor(DateTime.UnixEpoch);
        if (id.Length > Base64Url.GetEncodedLength(TimeBytes + (EntryBytes * MaxEntries)) || !Base64Url.IsValid(id))
        {
            return false;
        }

        byte[] bytes = Base64Url.DecodeFromChars(id);
        if (bytes.Length < TimeBytes || (bytes.Length - TimeBytes) % EntryBytes != 0)
        {
            return false;
        }

        long milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        cursor = new EventCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime);
        for (int at = TimeBytes; at < bytes.Length; at += EntryBytes)
        {
            uint version = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + sizeof(long)));
            DateTime? endedAt = (version & EndedBit) == 0 ? null : cursor.Since;
            cursor._entries[BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at))] = new Entry(version & ~EndedBit, endedAt);
        }

        return true;
    }

    /// <summary>The random half of a UUID of version 7.</summary>
    private static long Key(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
    }

    private readonly record struct Entry(long Version, DateTime? EndedAt);
}
