using System.Security.Cryptography;
using System.Text;
using AutoencoderApi.Api.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>A service of its own that lets nobody in without an operator's key.</summary>
internal sealed class KeyedService : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-keyed-").FullName;
    private readonly string _key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
    private ServiceProcess? _service;

    private KeyedService()
    {
    }

    public string Url => _service!.Client.Http.BaseAddress!.ToString();

    public static async Task<KeyedService> Start()
    {
        var keyed = new KeyedService();
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(keyed._key)));
        keyed._service = await ServiceProcess.Start(keyed._folder, ("Access__Keys__0__Hash", hash), ("Access__Keys__0__Role", "Operator"));
        return keyed;
    }

    /// <summary>Enters the key that the page asks for.</summary>
    public async Task Unlock(IPage page)
    {
        await page.Button("Enter a key").ClickAsync();
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(_key);
        await page.Button("Use it").ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
