using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>A service without configured keys that listens as in a container: on a port of every address of the machine.</summary>
public sealed class ReachableService : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _process;

    public int Port { get; } = ServiceProcess.FreePort();

    public ServiceProcess Process => _process!;

    public string Folder => _folder;

    /// <summary>The key that the service has printed.</summary>
    public string Key { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(MachineAddress.BeyondLoopback is null, MachineAddress.Missing);
        _process = ServiceProcess.Launch(
            _folder,
            Port,
            [],
            ("ASPNETCORE_URLS", ""),
            ("ASPNETCORE_HTTP_PORTS", $"{Port}"),
            ("Logging__Console__FormatterName", "json"),
            ("Logging__LogLevel__Default", "Trace"),
            ("Limits__QueuedJobsPerKey", "1"));
        Key = await _process.RunKey();
    }

    internal async Task<HttpResponseMessage> SendFromElsewhere(HttpRequestMessage request)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{MachineAddress.BeyondLoopback}:{Port}") };
        return await http.SendAsync(request);
    }

    internal Task<HttpResponseMessage> SendFromElsewhere(
        HttpMethod method,
        string path,
        string? key,
        params (string Name, string Value)[] headers
    ) => SendFromElsewhere(KeyedService.Request(method, path, key, headers));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
