using AutoencoderApi.Api.OpenApi;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace AutoencoderApi.Api.Commands;

/// <summary><c>openapi</c>: shows the document that the service would serve. It opens no port and no store.</summary>
internal static class OpenApiCommand
{
    public const string Name = "openapi";

    /// <param name="app">The service, with its endpoints, not started.</param>
    public static async Task<int> RunAsync(WebApplication app, TextWriter output)
    {
        app.UseRouting();
        app.UseEndpoints(_ => { }); // what starting the service does: only then are its endpoints known to those who describe them
        OpenApiDocument document = await app
            .Services.GetRequiredService<IAsyncSwaggerProvider>()
            .GetSwaggerAsync(OpenApiSetup.DocumentName);
        await output.WriteAsync(await document.SerializeAsJsonAsync(OpenApiSetup.Version));
        return 0;
    }
}
