using System.Net;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>A service with an admin's key in its settings and a keys file, which tests write while it runs.</summary>
public sealed class KeysFileService : IAsyncLifetime
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _process;

    public string Admin { get; } = ApiKey.Create();

    public string Path => System.IO.Path.Combine(_folder, "keys.json");

    public HttpClient Http => _process!.Client.Http;

    public async ValueTask InitializeAsync()
    {
        Write();
        _process = await ServiceProcess.Start(
            _folder,
            [
                .. KeyedService.Settings(0, Admin, Role.Admin), ("Access__KeysFile", Path),
                ("Logging__LogLevel__AutoencoderApi.Api.Access.KeysFileWatcher", "Information"),
            ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Replaces the file by one with these keys, as an editor does.</summary>
    internal void Write(params (string Name, Role Role, string Key)[] keys) => WriteText(Text(keys));

    internal void WriteText(string content)
    {
        string part = $"{Path}.part";
        File.WriteAllText(part, content);
        File.Move(part, Path, overwrite: true);
    }

    internal static string Text(params (string Name, Role Role, string Key)[] keys) => KeysFile.Format(
        keys.Select(key => new AccessOptions.KeyOptions { Name = key.Name, Role = key.Role, Hash = ApiKey.HashOf(key.Key) }));

    internal async Task<HttpResponseMessage> Get(string path, string key, string method = "GET") =>
        await Http.SendAsync(KeyedService.Request(new HttpMethod(method), path, key), HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Waits until a request with the key has that answer.</summary>
    internal Task Answers(HttpStatusCode status, string key) =>
        Comes(async () =>
        {
            using HttpResponseMessage response = await Get("/v1/caller", key);
            return response.StatusCode == status;
        });

    /// <summary>Waits until the service has logged the text so many times.</summary>
    internal Task Logs(string text, int times = 1) => Comes(() => Task.FromResult(TimesLogged(text) >= times));

    internal int TimesLogged(string text) => _process!.Output().Split(text).Length - 1;

    internal string Log() => _process!.Output();

    private static async Task Comes(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(s_timeout);
        while (!await condition())
        {
            await Task.Delay(20, timeout.Token);
        }
    }
}
