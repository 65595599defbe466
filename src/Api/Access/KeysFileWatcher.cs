using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// Reads the keys file once a second, and takes its keys over when its bytes have changed: no notice of the file system is missed where an
/// editor renames a file over it, or Kubernetes a symbolic link. A file that makes no sense leaves the keys as they were.
/// </summary>
internal sealed partial class KeysFileWatcher(
    IOptions<AccessOptions> options, ApiKeyStore keys, TimeProvider time, ILogger<KeysFileWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private byte[]? _content;
    private string? _fault;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.File is not { } file)
        {
            return;
        }

        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            Look(file);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Look(KeysFile file)
    {
        byte[]? content = file.Read(out string? fault);
        if (content is null ? fault == _fault : _content is not null && content.AsSpan().SequenceEqual(_content))
        {
            return;
        }

        (_content, _fault) = (content, fault);
        if (content is not null && file.Parse(content, options.Value.Settings, out fault) is { } known)
        {
            keys.ReplaceThoseOfFile(known);
            Log.Read(logger, options.Value.KeysFile!, known.Length);
        }
        else
        {
            Log.NotRead(logger, fault!);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The keys of '{File}' are known: {Count}")]
        public static partial void Read(ILogger logger, string file, int count);

        [LoggerMessage(2, LogLevel.Warning, "{Fault} The keys stay as they were")]
        public static partial void NotRead(ILogger logger, string fault);
    }
}
