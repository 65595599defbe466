using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>What came of asking for memory.</summary>
internal enum MemoryGrant
{
    Granted,

    /// <summary>The caller's own requests hold too much.</summary>
    CallerFull,

    /// <summary>All requests together do.</summary>
    Full,

    /// <summary>It is more than a request can ever have.</summary>
    TooMuch,
}

/// <summary>
/// Counts the bytes that requests hold: each asks before it makes something large, and a request that would exceed the bound is answered
/// instead of ending the process. One caller's requests get three quarters of it at most.
/// </summary>
/// <param name="total">Bytes that all requests may hold together.</param>
internal sealed class MemoryBudget(long total)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _held = [];
    private readonly long _share = total / 4 * 3;
    private long _free = total;

    public MemoryBudget(IOptions<LimitsOptions> limits)
        : this((long)limits.Value.MemoryMebibytes << 20)
    {
    }

    /// <summary>Bytes that a request can have at most.</summary>
    public long Share => _share;

    public MemoryGrant Take(string caller, long bytes)
    {
        lock (_lock)
        {
            long held = _held.GetValueOrDefault(caller);
            if (bytes > _share)
            {
                return MemoryGrant.TooMuch;
            }

            if (bytes > _free || held + bytes > _share)
            {
                return bytes > _free ? MemoryGrant.Full : MemoryGrant.CallerFull;
            }

            (_held[caller], _free) = (held + bytes, _free - bytes);
            return MemoryGrant.Granted;
        }
    }

    public void Return(string caller, long bytes)
    {
        lock (_lock)
        {
            _free += bytes;
            if ((_held[caller] -= bytes) == 0)
            {
                _held.Remove(caller);
            }
        }
    }
}
