using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Page;

/// <summary>The page at <c>/</c> and the files it is made of. Each file is an endpoint, so no path of a request reaches the disk.</summary>
internal static class PageEndpoints
{
    private const string Folder = "page";

    /// <summary>The page's scripts and styles are files of this service, and it talks to nobody else.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void MapPage(this IEndpointRouteBuilder app)
    {
        var files = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        var options = new StaticFileOptions { FileProvider = files, OnPrepareResponse = context => Prepare(context.Context.Response.Headers) };
        app.MapFallbackToFile("/", "index.html", options).AllowAnonymous(); // the page asks for a key where one is needed
        foreach (IFileInfo file in files.GetDirectoryContents(Folder))
        {
            app.MapFallbackToFile($"/{Folder}/{file.Name}", $"{Folder}/{file.Name}", options).AllowAnonymous();
        }
    }

    private static void Prepare(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers[HeaderNames.CacheControl] = "no-cache"; // asked for again by its ETag, so that all files are of one version
    }
}
