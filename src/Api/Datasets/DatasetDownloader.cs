using System.IO.Compression;
using System.Security.Cryptography;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// Downloads the files of a data set from its mirrors into memory, each checked against its published sha256. Nothing is left of a download
/// that fails or is killed.
/// </summary>
internal sealed partial class DatasetDownloader(IHttpClientFactory clients, IOptions<DatasetOptions> options,
    ILogger<DatasetDownloader> logger)
{
    private const string ClientName = "mirrors";
    private const int MaxBytes = 64 << 20; // of a file, packed or not; MNIST's largest has 47 MB
    private const int Rounds = 2;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10); // for one file

    private TimeSpan Patience => TimeSpan.FromSeconds(options.Value.DownloadTimeoutSeconds);

    public static void AddClient(IServiceCollection services) =>
        services
            .AddHttpClient(ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
            .AddStandardResilienceHandler()
            .Configure(
                (HttpStandardResilienceOptions resilience, IServiceProvider provider) =>
                {
                    var timeout = TimeSpan.FromSeconds(
                        provider.GetRequiredService<IOptions<DatasetOptions>>().Value.DownloadTimeoutSeconds);
                    resilience.AttemptTimeout.Timeout = timeout; // until the headers are there; the body is watched as it is read
                    resilience.Retry.MaxRetryAttempts = 2;
                    resilience.Retry.Delay = TimeSpan.FromMilliseconds(500);
                    resilience.TotalRequestTimeout.Timeout = 4 * timeout;
                    resilience.CircuitBreaker.SamplingDuration = 2 * timeout;
                });

    /// <summary>The data set, or why no mirror gives it.</summary>
    public async Task<Result<Dataset, string>> FetchAsync(MirroredSet set, CancellationToken token)
    {
        var packed = new Dictionary<string, byte[]>();
        List<string> mirrors = [.. set.Mirrors];
        foreach (MirroredFile file in set.Files)
        {
            if (!(await FetchAsync(file, mirrors, token)).TryGet(out byte[]? content, out string? fault))
            {
                return fault;
            }

            packed[file.Name] = content;
        }

        return IdxFolder.Load(set.Name, "the download", file => new GZipStream(new MemoryStream(packed[file]), CompressionMode.Decompress));
    }

    /// <param name="mirrors">The one that gives the file becomes the first of them.</param>
    /// <returns>The file as it comes, packed; or why no mirror gives it.</returns>
    private async Task<Result<byte[], string>> FetchAsync(MirroredFile file, List<string> mirrors, CancellationToken token)
    {
        var faults = new Dictionary<string, string>();
        foreach (string mirror in Enumerable.Repeat(mirrors.ToArray(), Rounds).SelectMany(again => again))
        {
            var address = new Uri($"{mirror.TrimEnd('/')}/{file.Name}.gz");
            if ((await FetchAsync(file, address, token)).TryGet(out byte[]? packed, out string? fault))
            {
                Log.Downloaded(logger, address);
                mirrors.Remove(mirror);
                mirrors.Insert(0, mirror);
                return packed;
            }

            Log.Failed(logger, address, fault);
            faults[mirror] = fault;
        }

        return $"no mirror gives {file.Name}.gz ({string.Join("; ", faults.Select(fault => $"{fault.Key}: {fault.Value}"))})";
    }

    private async Task<Result<byte[], string>> FetchAsync(MirroredFile file, Uri address, CancellationToken token)
    {
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(token);
        whole.CancelAfter(s_longest);
        try
        {
            using HttpResponseMessage response = await clients
                .CreateClient(ClientName)
                .GetAsync(address, HttpCompletionOption.ResponseHeadersRead, whole.Token);
            if (!response.IsSuccessStatusCode)
            {
                return $"it answers {(int)response.StatusCode}";
            }

            await using Stream body = await response.Content.ReadAsStreamAsync(whole.Token);
            byte[] packed = await ReadAsync(body, whole.Token);
            return Sha256(file, packed) == file.Sha256
                ? packed
                : "what it gives is not the published file: its sha256 differs";
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return $"it was silent for {options.Value.DownloadTimeoutSeconds} s, or slower than anybody waits";
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or ExecutionRejectedException or IOException)
        {
            return e.Message;
        }
    }

    private async Task<byte[]> ReadAsync(Stream body, CancellationToken token)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(token);
        while (true)
        {
            silence.CancelAfter(Patience);
            int read = await body.ReadAsync(buffer, silence.Token);
            if (read == 0)
            {
                return content.ToArray();
            }

            if (content.Length + read > MaxBytes)
            {
                throw new InvalidDataException($"it sends more than {MaxBytes} bytes");
            }

            content.Write(buffer, 0, read);
        }
    }

    /// <returns>In lower-case hexadecimal, of the packed file or of what is in it, as the published one is.</returns>
    private static string Sha256(MirroredFile file, byte[] packed)
    {
        if (file.IsOfGzip)
        {
            return Convert.ToHexStringLower(SHA256.HashData(packed));
        }

        using var content = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 << 10];
        long bytes = 0;
        for (int read; (read = content.Read(buffer)) > 0 && (bytes += read) <= MaxBytes;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Downloaded {Address}")]
        public static partial void Downloaded(ILogger logger, Uri address);

        [LoggerMessage(2, LogLevel.Warning, "{Address} could not be downloaded: {Fault}")]
        public static partial void Failed(ILogger logger, Uri address, string fault);
    }
}
