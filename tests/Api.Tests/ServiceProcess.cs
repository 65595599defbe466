using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AutoencoderApi.Api.Tests;

/// <summary>The service as a process of its own, which can be stopped or killed.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, HttpClient http)
    {
        (_process, Client) = (process, new ServiceClient(http));
    }

    public ServiceClient Client { get; }

    public static async Task<ServiceProcess> Start(string folder)
    {
        string url = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, "AutoencoderApi.Api.dll"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = url;
        start.Environment["Store__Folder"] = folder;
        start.Environment["Training__Threads"] = "2";
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var service = new ServiceProcess(process, new HttpClient { BaseAddress = new Uri(url) });
        await service.Ready();
        return service;
    }

    /// <summary>SIGTERM, as a container's stop sends it.</summary>
    /// <returns>How long the process took to end.</returns>
    public async Task<TimeSpan> Stop()
    {
        long began = Stopwatch.GetTimestamp();
        Process.Start("kill", ["-TERM", _process.Id.ToString(null as IFormatProvider)]).WaitForExit();
        await _process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>SIGKILL: no code of the service runs any more.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Kill();
        }

        _process.Dispose();
        Client.Http.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task Ready()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if ((await Client.Http.GetAsync("/health/ready", patience.Token)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }
}
