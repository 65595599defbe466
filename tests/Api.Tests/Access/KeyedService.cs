using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>A service with a key of each role, as a process of its own: the keys are part of its configuration.</summary>
public sealed class KeyedService : IAsyncLifetime
{
    public const string CorsOrigin = "https://digits.example";
    public const string Proxy = "127.0.0.1";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _process;

    /// <summary>By the name of the role.</summary>
    internal IReadOnlyDictionary<Role, string> Keys { get; } = Enum.GetValues<Role>().ToDictionary(role => role, _ => ApiKey.Create());

    public ServiceProcess Process => _process!;

    public HttpClient Http => Process.Client.Http;

    public string Folder => _folder;

    public async ValueTask InitializeAsync() => _process = await ServiceProcess.Start(
        _folder,
        [
            .. Keys.SelectMany((key, i) => Settings(i, key.Value, key.Key)),
            ("Access__CorsOrigins__0", CorsOrigin), ("Access__TrustedProxies__0", Proxy), ("Limits__QueuedJobsPerKey", "3"),
            ("Logging__LogLevel__Default", "Trace"), ("Logging__LogLevel__Microsoft.AspNetCore", "Trace"),
        ]);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal static IEnumerable<(string Name, string Value)> Settings(int index, string key, Role role) =>
        [($"Access__Keys__{index}__Hash", ApiKey.HashOf(key)), ($"Access__Keys__{index}__Role", role.ToString())];

    internal static HttpRequestMessage Request(HttpMethod method, string path, string? key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (key is not null)
        {
            request.Headers.Add(ApiKeyAuthenticationHandler.Header, key);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    internal async Task<HttpResponseMessage> Send(
        HttpMethod method,
        string path,
        Role? role,
        params (string Name, string Value)[] headers
    ) => await Http.SendAsync(
        Request(method, path, role is { } known ? Keys[known] : null, headers), HttpCompletionOption.ResponseHeadersRead); // some never end
}

[CollectionDefinition(Name)]
[StartsProcesses]
public sealed class KeyedCollection : ICollectionFixture<KeyedService>
{
    public const string Name = "a service with keys";
}
