using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>The service as a process of its own, which can be stopped or killed.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>Stands in a variable's value for the address that the client uses.</summary>
    public const string Url = "{url}";

    private static readonly Dictionary<string, int> _signals = new() { ["TERM"] = 15, ["CONT"] = 18, ["STOP"] = 19 };

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServiceProcess(Process process, HttpClient http)
    {
        (_process, Client) = (process, new ServiceClient(http));
    }

    public ServiceClient Client { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts the service and waits until it is ready.</summary>
    /// <param name="environment">Variables beside, or instead of, those that every test sets.</param>
    public static async Task<ServiceProcess> Start(string folder, params (string Name, string Value)[] environment)
    {
        ServiceProcess service = Launch(folder, environment);
        await service.Ready();
        return service;
    }

    /// <summary>Starts the service without waiting for it.</summary>
    public static ServiceProcess Launch(string folder, params (string Name, string Value)[] environment) =>
        Launch(folder, FreePort(), [], environment);

    /// <summary>Starts the service without waiting for it.</summary>
    /// <param name="port">Where the client of the tests finds it, on 127.0.0.1.</param>
    /// <param name="before">A program with its arguments that starts the service.</param>
    public static ServiceProcess Launch(string folder, int port, string[] before, params (string Name, string Value)[] environment)
    {
        string url = $"http://127.0.0.1:{port}";
        ProcessStartInfo start = ServiceProgram.StartInfo(before);
        start.Environment["ASPNETCORE_URLS"] = url;
        start.Environment["Store__Folder"] = folder;
        start.Environment["Training__Threads"] = "2";
        start.Environment["Datasets__Mnist__Mirrors__0"] = ""; // no test reaches out of the machine
        start.Environment["Datasets__FashionMnist__Mirrors__0"] = "";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value.Replace(Url, url, StringComparison.Ordinal);
        }

        Process process = Process.Start(start)!;
        var service = new ServiceProcess(process, new HttpClient { BaseAddress = new Uri(url) });
        process.OutputDataReceived += (_, line) => service.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => service.Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Sends a signal by its name, such as <c>STOP</c>.</summary>
    public void Signal(string name) =>
        Assert.Equal(0, Kill(_process.Id, _signals[name]));

    /// <summary>What the process has written so far.</summary>
    public string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }

    /// <summary>The key in the address that a service prints at start where it has no configured one.</summary>
    public async Task<string> RunKey()
    {
        await Ready();
        string before = $"http://localhost:{Client.Http.BaseAddress!.Port}/#key=";
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Output().Contains(before, StringComparison.Ordinal))
        {
            await Task.Delay(20, timeout.Token);
        }

        return Output().Split(before)[1].Split(' ')[0];
    }

    /// <summary>Waits for the process to end by itself.</summary>
    public Task Exited() => _process.WaitForExitAsync();

    /// <summary>Waits until the service says that it is ready.</summary>
    public async Task Ready()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(300));
        while (true)
        {
            try
            {
                if ((await Client.Http.GetAsync("/health/ready", timeout.Token)).IsSuccessStatusCode)
                {
                    return;
                }

                await Task.Delay(50, timeout.Token);
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(50, timeout.Token);
            }
            catch (HttpRequestException e)
            {
                throw new InvalidOperationException($"The service ended: {Output()}", e);
            }
        }
    }

    /// <summary>Runs the program with arguments until it ends by itself.</summary>
    public static Task<(int ExitStatus, string Output, string Errors)> Run(
        string[] arguments,
        params (string Name, string Value)[] settings
    ) => Run([], arguments, settings);

    /// <summary>Runs the program with arguments until it ends by itself.</summary>
    /// <param name="before">A program with its arguments that starts it.</param>
    public static async Task<(int ExitStatus, string Output, string Errors)> Run(
        string[] before,
        string[] arguments,
        params (string Name, string Value)[] settings)
    {
        ProcessStartInfo start = ServiceProgram.StartInfo(before, arguments);
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
        Signal("TERM");
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

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    /// <summary>kill(2): a program started for it would come milliseconds too late for a test that waits for a moment.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
