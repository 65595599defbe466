using System.Security.Cryptography;
using System.Text;
using AutoencoderApi.Api.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>A service of its own that lets nobody in without a key, an operator's or a reader's.</summary>
internal sealed class KeyedBrowserService : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-keyed-").FullName;
    private ServiceProcess? _service;

    private KeyedBrowserService()
    {
    }

    public string OperatorKey { get; private set; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    public string ReaderKey { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    public string Url => _service!.Client.Http.BaseAddress!.ToString();

    private (string Name, string Value)[] Keys =>
    [
        ("Access__Keys__0__Hash", HashOf(OperatorKey)),
        ("Access__Keys__0__Role", "Operator"),
        ("Access__Keys__1__Hash", HashOf(ReaderKey)),
        ("Access__Keys__1__Role", "Reader"),
        ("Access__Keys__1__Name", "looker"),
    ];

    /// <param name="settings">Variables beside the keys.</param>
    public static async Task<KeyedBrowserService> Start(params (string Name, string Value)[] settings)
    {
        KeyedBrowserService keyed = new KeyedBrowserService();
        keyed._service = await ServiceProcess.Start(keyed._folder, [.. keyed.Keys, .. settings]);
        return keyed;
    }

    /// <summary>The service goes and comes back at its address with another operator's key; the former has ended.</summary>
    public async Task ChangeKeys()
    {
        string url = Url;
        await _service!.DisposeAsync();
        OperatorKey = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        _service = ServiceProcess.Launch(_folder, new Uri(url).Port, [], Keys);
        await _service.Ready();
    }

    /// <summary>Enters the key that the page asks for.</summary>
    public async Task Unlock(IPage page)
    {
        await page.Button("Enter a key").ClickAsync();
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(OperatorKey);
        await page.Button("Use it").ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
