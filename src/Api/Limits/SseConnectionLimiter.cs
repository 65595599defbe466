using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>Counts who reads server-sent events: a reader holds its connection for as long as it likes.</summary>
internal sealed class SseConnectionLimiter(IOptions<LimitsOptions> limits)
{
    private readonly ConcurrentDictionary<string, int> _readers = [];

    /// <summary>Null where the caller reads as many as it may; else to be disposed of when the reader has gone.</summary>
    public IDisposable? TryEnter(string caller)
    {
        if (_readers.AddOrUpdate(caller, 1, (_, readers) => readers + 1) <= limits.Value.EventReaders)
        {
            return new Reader(this, caller);
        }

        Leave(caller);
        return null;
    }

    private void Leave(string caller)
    {
        int left = _readers.AddOrUpdate(caller, 0, (_, readers) => readers - 1);
        if (left == 0)
        {
            _readers.TryRemove(new KeyValuePair<string, int>(caller, 0));
        }
    }

    private sealed class Reader(SseConnectionLimiter readers, string caller) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                readers.Leave(caller);
            }
        }
    }
}
