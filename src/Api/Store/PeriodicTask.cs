namespace AutoencoderApi.Api.Store;

/// <summary>Work on the store that comes round again and again, and outlives an unavailable store.</summary>
internal static class PeriodicTask
{
    /// <summary>
    /// Does it at once, and again each time <paramref name="between"/> has passed, until <paramref name="token"/> asks to
    /// stop.
    /// </summary>
    /// <param name="failed">Called with the reason of a failed round; the next one tries again.</param>
    public static async Task RunAsync(
        TimeSpan between,
        Func<CancellationToken, Task> round,
        Action<Exception> failed,
        CancellationToken token)
    {
        using var timer = new PeriodicTimer(between);
        do
        {
            try
            {
                await round(token);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(token));
    }
}
