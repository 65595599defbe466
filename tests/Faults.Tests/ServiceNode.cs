using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Faults.Tests;

/// <summary>One process of the service, started to be killed.</summary>
internal sealed partial class ServiceNode : IAsyncDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Process _process;
    private readonly FaultScenarioLog _log;
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceNode(
        string name, IEnumerable<KeyValuePair<string, string>> settings, FaultScenarioLog log, Action<ServiceNode, string> heard)
    {
        (Name, _log) = (name, log);
        ProcessStartInfo start = ServiceProgram.StartInfo(before: []);
        foreach ((string key, string value) in settings)
        {
            start.Environment[key] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Logging__LogLevel__AutoencoderApi.Api.Jobs.TrainingJobRunner"] = "Debug"; // tells whom a job was refused
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, heard);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, heard);
        log.Write(name, $"start {string.Join(' ', settings.Select(setting => $"{setting.Key}={setting.Value}"))}");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Died = WaitAsync();
    }

    public string Name { get; }

    /// <summary>Ends when the process does, with the time of it.</summary>
    public Task<long> Died { get; }

    /// <summary>Ends when the process takes calls.</summary>
    public Task Listening => _listening.Task;

    public bool IsAlive => !Died.IsCompleted;

    /// <param name="signal"><c>KILL</c>: no code of the service runs any more. <c>TERM</c>: it gives its jobs back first.</param>
    public async Task EndAsync(string signal)
    {
        Signal(signal);
        await Died;
    }

    public void Signal(string signal)
    {
        _log.Write(Name, $"kill -{signal}");
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>The answer, or null where the process dies over it, or is dead.</summary>
    public async Task<HttpResponseMessage?> AskAsync(HttpMethod method, string path, Action<HttpRequestMessage>? prepare = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(await _listening.Task, path));
            prepare?.Invoke(request);
            return await s_http.SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            await EndAsync("KILL");
        }

        _process.Dispose();
    }

    private void Hear(string? line, Action<ServiceNode, string> heard)
    {
        if (line is null)
        {
            return;
        }

        _log.Write(Name, line);
        if (ListeningLine().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
        }

        heard(this, line);
    }

    private async Task<long> WaitAsync()
    {
        await _process.WaitForExitAsync();
        long now = Stopwatch.GetTimestamp();
        _listening.TrySetCanceled();
        _log.Write(Name, $"gone, exit code {_process.ExitCode}");
        return now;
    }

    [GeneratedRegex("Now listening on: (http://[^ ]+)")]
    private static partial Regex ListeningLine();
}
