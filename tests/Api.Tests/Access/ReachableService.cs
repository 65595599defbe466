using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>A service without configured keys that listens as in a container: on a port of every address of the machine.</summary>
public sealed class ReachableService : IAsyncLifetime
{
    public const int QueuedJobsPerKey = 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _process;

    /// <summary>An address of this machine that is not loopback, or null: callers by it come from elsewhere, as far as the service can tell.</summary>
    public static IPAddress? Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));

    public int Port { get; } = ServiceProcess.FreePort();

    public ServiceProcess Process => _process!;

    public string Folder => _folder;

    /// <summary>The key that the service has printed.</summary>
    public string Key { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Address is null, "This machine has no address but loopback.");
        _process = ServiceProcess.Launch(
            _folder,
            Port,
            [],
            ("ASPNETCORE_URLS", ""), ("ASPNETCORE_HTTP_PORTS", $"{Port}"), ("Logging__Console__FormatterName", "json"), ("Logging__LogLevel__Default", "Trace"),
            ("Limits__QueuedJobsPerKey", $"{QueuedJobsPerKey}"));
        Key = await PrintedKey(_process, Port);
    }

    /// <summary>Waits for the line with the address to open.</summary>
    internal static async Task<string> PrintedKey(ServiceProcess process, int port)
    {
        await process.Ready();
        string before = $"http://localhost:{port}/#key=";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!process.Output().Contains(before, StringComparison.Ordinal))
        {
            await Task.Delay(20, patience.Token);
        }

        return process.Output().Split(before)[1].Split(' ')[0];
    }

    internal async Task<HttpResponseMessage> SendFromElsewhere(HttpMethod method, string path, string? key, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{Address}:{Port}") };
        return await http.SendAsync(KeyedService.Request(method, path, key, headers));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
