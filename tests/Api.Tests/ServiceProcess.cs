using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AutoencoderApi.Api.Tests;

/// <summary>The service as a process of its own, which can be stopped or killed.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private ServiceProcess(Process process, HttpClient http)
    {
        (_process, Client) = (process, new ServiceClient(http));
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public ServiceClient Client { get; }

    /// <summary>All that the process has written to its console so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <param name="settings">Further environment variables.</param>
    public static async Task<ServiceProcess> Start(string folder, params (string Name, string Value)[] settings)
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
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        var service = new ServiceProcess(Process.Start(start)!, new HttpClient { BaseAddress = new Uri(url) });
        await service.Ready();
        return service;
    }

    /// <summary>Runs the program with arguments until it ends by itself.</summary>
    public static async Task<(int ExitStatus, string Output, string Errors)> Run(string[] arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AutoencoderApi.Api.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
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

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
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
