using System.Net.ServerSentEvents;
using System.Threading.Channels;

namespace AutoencoderApi.Api.Jobs;

/// <summary>One who reads all events: a bounded queue between the feed and a connection, for which the feed never waits.</summary>
internal sealed class EventReader : IDisposable
{
    private const int MaxEvents = 4_096; // their data are shared by all readers

    private readonly Channel<SseItem<object>> _events = Channel.CreateBounded<SseItem<object>>(
        new BoundedChannelOptions(MaxEvents) { SingleReader = true, SingleWriter = true });
    private readonly Action<EventReader> _leave;
    private readonly CancellationTokenRegistration _stopping;

    /// <param name="joined">What the feed had told when the reader joined.</param>
    /// <param name="leave">Called once nothing more is read.</param>
    /// <param name="stopping">Of the service, which ends the stream.</param>
    public EventReader(EventCursor joined, Action<EventReader> leave, CancellationToken stopping)
    {
        (Joined, _leave) = (joined, leave);
        _stopping = stopping.Register(End);
    }

    public EventCursor Joined { get; }

    /// <summary>What has happened since the reader joined.</summary>
    public ChannelReader<SseItem<object>> Events => _events.Reader;

    /// <summary>Adds an event. A reader that is too far behind is ended: it comes again with the id of its last event.</summary>
    public void Add(SseItem<object> happened)
    {
        if (!_events.Writer.TryWrite(happened))
        {
            End();
        }
    }

    /// <summary>Says that nothing more comes.</summary>
    public void End() => _events.Writer.TryComplete();

    public void Dispose()
    {
        _stopping.Dispose();
        _leave(this);
    }
}
