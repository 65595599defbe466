using AutoencoderApi.Api.OpenApi;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace AutoencoderApi.Api.Commands;

/// <summary>
/// <c>openapi</c>: shows the document that the service would serve, with <c>--3.0</c> as OpenAPI 3.0. It opens no port and no store.
/// </summary>
internal static class OpenApiCommand
{
    public const string Name = "openapi";
    public const string Older = "--3.0";

    public static bool IsNamedBy(string[] args) => args is [Name] or [Name, Older];

    /// <param name="app">The service, with its endpoints, not started.</param>
    public static async Task<int> RunAsync(WebApplication app, string[] args, TextWriter output)
    {
        app.UseRouting();
        app.UseEndpoints(_ => { }); // what starting the service does: only then are its endpoints known to those who describe them
        OpenApiSpecVersion version = args is [Name, Older] ? OpenApiSpecVersion.OpenApi3_0 : OpenApiSpecVersion.OpenApi3_1;
        OpenApiDocument document = await app
            .Services.GetRequiredService<IAsyncSwaggerProvider>()
            .GetSwaggerAsync(OpenApiSetup.DocumentName);
        if (version == OpenApiSpecVersion.OpenApi3_0)
        {
            OpenApi30.Rewrite(document);
        }

        await output.WriteAsync(await document.SerializeAsJsonAsync(version));
        return 0;
    }
}
