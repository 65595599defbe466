namespace AutoencoderApi.Api.Limits;

/// <summary>A connection to the service, as its requests leave it. Found among the features of each of its requests.</summary>
/// <param name="address">Of the caller, or null where connections of that caller are not counted by address.</param>
/// <param name="close">Ends the connection after the request that it is answering.</param>
internal sealed class OpenConnection(string? address, Action close, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _requests;
    private bool _isKnown;
    private long _idleSince = time.GetTimestamp();

    public string? Address => address;

    /// <summary>How long no request has been answered; zero while one is, or where the caller of the last one was known.</summary>
    public TimeSpan IdleAsStranger
    {
        get
        {
            lock (_lock)
            {
                return _requests > 0 || _isKnown ? TimeSpan.Zero : time.GetElapsedTime(_idleSince);
            }
        }
    }

    public void Close() => close();

    public void BeginRequest()
    {
        lock (_lock)
        {
            _requests++;
        }
    }

    /// <param name="isKnown">Whether the caller has shown a key, or needs none.</param>
    public void EndRequest(bool isKnown)
    {
        lock (_lock)
        {
            _requests--;
            _isKnown = isKnown;
            _idleSince = time.GetTimestamp();
        }
    }
}
