using System.IO.Compression;
using System.Security.Cryptography;
using AutoencoderApi.Domain.Datasets;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// Fills a folder with the files of a data set from its mirrors. The files are gathered beside the folder, or in it where it is there (it may
/// be a disk of its own), each checked, and given their names only when all are there. Whatever is killed in between, a later call goes on
/// with those that were checked.
/// </summary>
internal sealed partial class MirrorDownload(IHttpClientFactory clients, IOptions<DatasetOptions> options, ILogger<MirrorDownload> logger)
{
    private const string ClientName = "mirrors";
    private const long MaxBytes = 128 << 20; // of a file, packed or not; MNIST's largest has 47 MB
    private const int Rounds = 2;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10); // for one file
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private TimeSpan Patience => TimeSpan.FromSeconds(options.Value.MirrorSeconds);

    public static void AddClient(IServiceCollection services) => services
        .AddHttpClient(ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
        .AddStandardResilienceHandler()
        .Configure((HttpStandardResilienceOptions resilience, IServiceProvider provider) =>
        {
            var patience = TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<DatasetOptions>>().Value.MirrorSeconds);
            resilience.AttemptTimeout.Timeout = patience; // until the headers are there; the body is watched as it is read
            resilience.Retry.MaxRetryAttempts = 2;
            resilience.Retry.Delay = TimeSpan.FromMilliseconds(500);
            resilience.TotalRequestTimeout.Timeout = 4 * patience;
            resilience.CircuitBreaker.SamplingDuration = 2 * patience;
        });

    /// <returns>What went wrong, or null where the folder now has all files.</returns>
    public async Task<string?> FillAsync(string folder, MirroredSet set, CancellationToken token)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            string gathered = Directory.Exists(folder) ? Path.Combine(folder, ".download") : $"{folder}.download";
            await using FileStream held = await HoldAsync($"{gathered}.lock", token);
            Directory.CreateDirectory(gathered);
            List<string> mirrors = [.. set.Mirrors];
            foreach (MirroredFile file in set.Files.IntersectBy(IdxFolder.Missing(folder), file => file.Name))
            {
                if (await FetchAsync(file, Path.Combine(gathered, $"{file.Name}.gz"), mirrors, token) is { } fault)
                {
                    return fault;
                }
            }

            Install(gathered, folder);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>One process at a time; the system lets go of the lock where its holder is killed.</summary>
    private static async Task<FileStream> HoldAsync(string path, CancellationToken token)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(s_pause, token);
            }
        }
    }

    /// <summary>A folder that is not there yet appears with all its files at once.</summary>
    private static void Install(string gathered, string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.Move(gathered, folder);
            return;
        }

        foreach (string file in Directory.GetFiles(gathered, "*.gz"))
        {
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        Directory.Delete(gathered, recursive: true);
    }

    /// <param name="mirrors">The one that gives the file becomes the first of them.</param>
    /// <returns>Why no mirror gave the file, or null.</returns>
    private async Task<string?> FetchAsync(MirroredFile file, string path, List<string> mirrors, CancellationToken token)
    {
        if (File.Exists(path))
        {
            return null; // it got this name after it was checked
        }

        var faults = new Dictionary<string, string>();
        foreach (string mirror in Enumerable.Repeat(mirrors.ToArray(), Rounds).SelectMany(again => again))
        {
            var address = new Uri($"{mirror.TrimEnd('/')}/{file.Name}.gz");
            if (await FetchAsync(file, path, address, token) is not { } fault)
            {
                Log.Downloaded(logger, address);
                mirrors.Remove(mirror);
                mirrors.Insert(0, mirror);
                return null;
            }

            Log.Failed(logger, address, fault);
            faults[mirror] = fault;
        }

        return $"no mirror gives {file.Name}.gz ({string.Join("; ", faults.Select(fault => $"{fault.Key}: {fault.Value}"))})";
    }

    private async Task<string?> FetchAsync(MirroredFile file, string path, Uri address, CancellationToken token)
    {
        string part = $"{path}.part";
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(token);
        whole.CancelAfter(s_longest);
        try
        {
            using HttpResponseMessage response = await clients.CreateClient(ClientName).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, whole.Token);
            if (!response.IsSuccessStatusCode)
            {
                return $"it answers {(int)response.StatusCode}";
            }

            await using (var target = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await using Stream body = await response.Content.ReadAsStreamAsync(whole.Token);
                await CopyAsync(body, target, whole.Token);
                target.Flush(flushToDisk: true);
            }

            if (!await IsAsPublishedAsync(file, part, whole.Token))
            {
                return "what it gives is not the published file: its sha256 differs";
            }

            File.Move(part, path, overwrite: true);
            return null;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return $"it was silent for {options.Value.MirrorSeconds} s, or slower than anybody waits";
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or ExecutionRejectedException or HttpIOException)
        {
            return e.Message;
        }
    }

    private async Task CopyAsync(Stream body, FileStream target, CancellationToken token)
    {
        byte[] buffer = new byte[64 << 10];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(token);
        for (long bytes = 0; ;)
        {
            silence.CancelAfter(Patience);
            int read = await body.ReadAsync(buffer, silence.Token);
            bytes += read;
            if (read == 0)
            {
                return;
            }

            if (bytes > MaxBytes)
            {
                throw new InvalidDataException($"it sends more than {MaxBytes} bytes");
            }

            await target.WriteAsync(buffer.AsMemory(0, read), token);
        }
    }

    private static async Task<bool> IsAsPublishedAsync(MirroredFile file, string path, CancellationToken token)
    {
        await using FileStream packed = File.OpenRead(path);
        await using Stream content = file.IsOfGzip ? packed : new GZipStream(packed, CompressionMode.Decompress);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 << 10];
        long bytes = 0;
        for (int read; (read = await content.ReadAsync(buffer, token)) > 0 && (bytes += read) <= MaxBytes;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Sha256;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Downloaded {Address}")]
        public static partial void Downloaded(ILogger logger, Uri address);

        [LoggerMessage(2, LogLevel.Warning, "{Address} could not be downloaded: {Fault}")]
        public static partial void Failed(ILogger logger, Uri address, string fault);
    }
}
