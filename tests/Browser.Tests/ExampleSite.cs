using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace AutoencoderApi.Browser.Tests;

/// <summary>
/// examples/frontend and the package that it imports, on a web server of their own, as <c>python3 -m http.server</c> serves a checkout.
/// Services listen at 127.0.0.1, this site at localhost: to a browser another site, not only another origin.
/// </summary>
internal sealed class ExampleSite : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ExampleSite(WebApplication app) => _app = app;

    public string Origin => _app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public string Url => $"{Origin}/examples/frontend/";

    public static async Task<ExampleSite> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        foreach (string folder in (string[])["examples/frontend", "clients/typescript/src"])
        {
            var files = new PhysicalFileProvider(Path.Combine(Repository.Root, folder));
            app.UseFileServer(new FileServerOptions { RequestPath = $"/{folder}", FileProvider = files });
        }

        await app.StartAsync();
        return new ExampleSite(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
